import { useRef } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { formatChanges, formatFiles } from "../../format/bytes.ts";

type SignOutDialogProps = {
  /** Files on their way. */
  active: number;
  /** Changes that were not sent. */
  waiting: number;
  /** Files that are kept on this computer. */
  offline: number;
  onSignOut: () => void;
  onClose: () => void;
};

/** Asked only where something would be lost. */
export function SignOutDialog({ active, waiting, offline, onSignOut, onClose }: SignOutDialogProps) {
  const stay = useRef<HTMLButtonElement>(null);
  return (
    <Modal
      open
      isQuestion
      onClose={onClose}
      initialFocus={stay}
      title={titleFor(active, waiting)}
      description={
        <>
          {waiting > 0 && "What was changed here and was not sent yet is lost. "}
          {active > 0 && "What has not arrived is cancelled. "}
          {offline > 0 &&
            `${formatFiles(offline)} that ${offline === 1 ? "is" : "are"} kept available offline ${offline === 1 ? "is" : "are"} removed from this computer; in Notespot nothing changes. `}
          Your own files on this computer stay as they are.
        </>
      }
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

function titleFor(active: number, waiting: number): string {
  if (waiting > 0) return `Sign out before ${formatChanges(waiting)} ${waiting === 1 ? "was" : "were"} sent?`;
  if (active > 0) return `Sign out while ${formatFiles(active)} ${active === 1 ? "is" : "are"} on the way?`;
  return "Sign out?";
}
