import { useRef, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Modal, ModalActions } from "../../components/Modal.tsx";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { TargetAnswer, Transfer } from "../../platform/wire.ts";
import styles from "./TargetDialog.module.css";

type TargetDialogProps = { transfer: Transfer; onLater: () => void };

/** Asked when a download would take the name of a file that is there: nothing is lost unasked. */
export function TargetDialog({ transfer: { id, name }, onLater }: TargetDialogProps) {
  const platform = usePlatform();
  const attempt = useAttempt();
  const keepBoth = useRef<HTMLButtonElement>(null);
  const [forAll, setForAll] = useState(false);

  const answer = (what: TargetAnswer) => () => {
    void attempt(() => platform.answerTarget(id, what, forAll));
  };

  return (
    <Modal
      open
      isQuestion
      onClose={onLater}
      initialFocus={keepBoth}
      title="A file of this name is there already"
      description={
        <>
          The folder that you chose holds another file called <bdi className={styles.name}>“{name}”</bdi>.
          Keep both, and the download gets a number.
        </>
      }
    >
      <label className={styles.all}>
        <input
          type="checkbox"
          checked={forAll}
          onChange={(event) => {
            setForAll(event.target.checked);
          }}
        />
        Do the same for all others of this download
      </label>
      <ModalActions>
        <Button onClick={answer("skip")}>Skip</Button>
        <Button onClick={answer("replace")}>Replace</Button>
        <Button ref={keepBoth} look="primary" onClick={answer("keep_both")}>
          Keep both
        </Button>
      </ModalActions>
    </Modal>
  );
}
