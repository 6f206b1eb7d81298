import { useRef } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { formatFiles } from "../../format/bytes.ts";

type SignOutDialogProps = { active: number; onSignOut: () => void; onClose: () => void };

/** Asked only while files are on their way. */
export function SignOutDialog({ active, onSignOut, onClose }: SignOutDialogProps) {
  const stay = useRef<HTMLButtonElement>(null);
  return (
    <Modal
      open
      isQuestion
      onClose={onClose}
      initialFocus={stay}
      title={`Sign out while ${formatFiles(active)} ${active === 1 ? "is" : "are"} on the way?`}
      description="What has not arrived is cancelled. Your files on this computer stay as they are."
    >
      <ModalActions>
        <Button ref={stay} onClick={onClose}>
          Stay signed in
        </Button>
        <Button look="danger" onClick={onSignOut}>
          Sign out
        </Button>
      </ModalActions>
    </Modal>
  );
}
