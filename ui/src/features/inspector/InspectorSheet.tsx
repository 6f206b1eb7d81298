import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "../../components/Button.tsx";
import styles from "./Inspector.module.css";

type InspectorSheetProps = { open: boolean; onOpenChange: (open: boolean) => void; children: ReactNode };

/** The inspector of a narrow window: it comes over the list, and goes again. */
export function InspectorSheet({ open, onOpenChange, children }: InspectorSheetProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.sheetBackdrop} />
        <Dialog.Popup className={styles.sheet}>
          <div className={styles.sheetHead}>
            <Dialog.Title>Details</Dialog.Title>
            <Dialog.Close render={<IconButton label="Close" icon={<X aria-hidden />} />} />
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
