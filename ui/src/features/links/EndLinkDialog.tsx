import { useRef, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { ViewRow } from "../../platform/wire.ts";
import { useToasts } from "../toasts/useToasts.ts";

/** A link that has ended never works again: this is asked, because it cannot be undone. */
export function EndLinkDialog({ row, onClose }: { row: ViewRow; onClose: () => void }) {
  const platform = usePlatform();
  const toasts = useToasts();
  const attempt = useAttempt();
  const keep = useRef<HTMLButtonElement>(null);
  const [isEnding, setEnding] = useState(false);

  async function end() {
    setEnding(true);
    const isDone = await attempt(() => platform.endPublicLink(row.id));
    if (isDone) toasts.say("done", "The public link has ended");
    onClose();
  }

  return (
    <Modal
      open
      isQuestion
      onClose={onClose}
      initialFocus={keep}
      title="End this public link?"
      description={`Nobody can open or download “${row.name}” by it any more. A new link will have another address.`}
    >
      <ModalActions>
        <Button ref={keep} onClick={onClose}>
          Keep the link
        </Button>
        <Button look="danger" disabled={isEnding} onClick={() => void end()}>
          End the link
        </Button>
      </ModalActions>
    </Modal>
  );
}
