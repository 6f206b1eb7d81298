import { useRef, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { formatBytesFinely } from "../../format/bytes.ts";
import { useOfflineUsage } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";

/** Asked because it may take long to bring all of it here again. */
export function RemoveAllDialog({ onClose }: { onClose: () => void }) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const usage = useOfflineUsage();
  const keep = useRef<HTMLButtonElement>(null);
  const [isRemoving, setRemoving] = useState(false);

  async function remove() {
    setRemoving(true);
    await attempt(() => platform.keepNothingOffline());
    onClose();
  }

  return (
    <Modal
      open
      isQuestion
      onClose={onClose}
      initialFocus={keep}
      title="Keep nothing available offline?"
      description={`${formatBytesFinely(usage?.used ?? 0)} on this computer become free. The files stay in Notespot, and open while there is a network.`}
    >
      <ModalActions>
        <Button ref={keep} onClick={onClose}>
          Keep them
        </Button>
        <Button look="danger" disabled={isRemoving} onClick={() => void remove()}>
          Remove all
        </Button>
      </ModalActions>
    </Modal>
  );
}
