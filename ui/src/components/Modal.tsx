import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode, RefObject } from "react";
import styles from "./Modal.module.css";

type ModalProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  /** Where the keyboard starts; the first control where nothing is said. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** A question about loss: it does not close by a click beside it. */
  isQuestion?: boolean;
  children: ReactNode;
};

export function Modal({ open, onClose, title, description, initialFocus, isQuestion, children }: ModalProps) {
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      disablePointerDismissal={isQuestion ?? false}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          className={styles.popup}
          role={isQuestion ? "alertdialog" : "dialog"}
          {...(initialFocus && { initialFocus })}
        >
          <Dialog.Title className={styles.title}>{title}</Dialog.Title>
          {description !== undefined && (
            <Dialog.Description className={styles.description}>{description}</Dialog.Description>
          )}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The row of buttons at the end of a dialog. */
export function ModalActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
