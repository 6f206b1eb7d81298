import { Button } from "../../components/Button.tsx";
import { wordsFor } from "../../failures/words.ts";
import { failureOf } from "../../platform/types.ts";
import list from "../files/FileList.module.css";
import styles from "./PublicFiles.module.css";
import { COLUMNS } from "./PublicRow.tsx";
import type { ReadSoFar } from "./usePublicFiles.ts";

/** The end of what was read: more comes, or did not come. */
export function ReadOnRow({ top, read }: { top: number; read: ReadSoFar }) {
  return (
    <div role="row" className={`${list.row} ${styles.end}`} style={{ transform: `translateY(${top}px)` }}>
      <div role="gridcell" aria-colspan={COLUMNS.length} className={styles.endCell}>
        {read.error && !read.isReading ? (
          <>
            <span role="status">{wordsFor(failureOf(read.error)).title}. The rest was not read.</span>
            <Button look="quiet" onClick={read.tryAgain}>
              Try again
            </Button>
          </>
        ) : (
          <span role="status">Reading on…</span>
        )}
      </div>
    </div>
  );
}
