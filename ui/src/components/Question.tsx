import { type ReactNode, useRef, useState } from "react";
import { Button } from "./Button.tsx";
import { Modal, ModalActions } from "./Modal.tsx";

type QuestionProps = {
  title: string;
  description: ReactNode;
  /** The button that loses nothing, where the keyboard starts. */
  keep: string;
  /** The button that does it. */
  lose: string;
  /** Does it; the dialog closes afterwards. */
  onLose: () => void | Promise<void>;
  onClose: () => void;
};

/** A question before something is lost. */
export function Question({ title, description, keep, lose, onLose, onClose }: QuestionProps) {
  const start = useRef<HTMLButtonElement>(null);
  const [isUnderWay, setUnderWay] = useState(false);

  async function answer() {
    setUnderWay(true);
    await onLose();
    onClose();
  }

  return (
    <Modal open isQuestion onClose={onClose} initialFocus={start} title={title} description={description}>
      <ModalActions>
        <Button ref={start} onClick={onClose}>
          {keep}
        </Button>
        <Button look="danger" disabled={isUnderWay} onClick={() => void answer()}>
          {lose}
        </Button>
      </ModalActions>
    </Modal>
  );
}
