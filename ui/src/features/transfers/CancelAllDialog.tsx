import { useRef } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { formatFiles } from "../../format/bytes.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";

type CancelAllDialogProps = { active: number; onClose: () => void };

/** Asked, because what has arrived of many files would have to be sent again. */
export function CancelAllDialog({ active, onClose }: CancelAllDialogProps) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const keep = useRef<HTMLButtonElement>(null);
  return (
    <Modal
      open
      isQuestion
      onClose={onClose}
      initialFocus={keep}
      title={`Cancel ${formatFiles(active)}?`}
      description="What has arrived of them goes. Files that are done stay as they are."
    >
      <ModalActions>
        <Button ref={keep} onClick={onClose}>
          Go on
        </Button>
        <Button
          look="danger"
          onClick={() => {
            onClose();
            void attempt(() => platform.cancelAllTransfers());
          }}
        >
          Cancel all
        </Button>
      </ModalActions>
    </Modal>
  );
}
