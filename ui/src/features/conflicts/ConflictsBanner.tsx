import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { formatChanges } from "../../format/bytes.ts";
import { useAppState } from "../../host/queries.ts";
import styles from "../offline/Banner.module.css";
import { ConflictsDialog } from "./ConflictsDialog.tsx";

/** Says that changes wait for a decision, and leads to it. */
export function ConflictsBanner() {
  const conflicts = useAppState(({ edits }) => edits.conflicts) ?? 0;
  const [isOpen, setOpen] = useState(false);
  // The next conflict is not shown before somebody asks for it.
  if (isOpen && conflicts === 0) setOpen(false);
  const close = () => {
    setOpen(false);
  };
  return (
    <div role="status" className={styles.region}>
      {conflicts > 0 && (
        <div className={`${styles.banner} ${styles.warn}`}>
          <TriangleAlert aria-hidden />
          <b>{formatChanges(conflicts)} cannot be sent</b>
          <span className={styles.text}>
            The same was changed elsewhere. Nothing is lost: decide what stays.
          </span>
          <button
            type="button"
            className={styles.action}
            onClick={() => {
              setOpen(true);
            }}
          >
            Review
          </button>
        </div>
      )}
      {isOpen && conflicts > 0 && <ConflictsDialog onClose={close} />}
    </div>
  );
}
