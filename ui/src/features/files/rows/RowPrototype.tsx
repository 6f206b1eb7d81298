import { Clock, Link } from "lucide-react";
import { memo, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { FileName } from "../../../components/FileName.tsx";
import { KindBadge } from "../../../components/KindBadge.tsx";
import type { OfflineState } from "../../../platform/wire.ts";
import { OfflineMark } from "../../offline/OfflineMark.tsx";
import { MARKS } from "../../offline/offlineWords.ts";
import type { Column, ColumnId } from "../columns.ts";
import styles from "../FileList.module.css";

type RowPrototypeProps = { columns: Column[]; into: DocumentFragment };

/**
 * A row with everything that one may have, and each mark that a name may have. React draws it once, outside of the
 * document; `RowElement` copies it, and says what each copy shows.
 */
export const RowPrototype = memo(function RowPrototype({ columns, into }: RowPrototypeProps) {
  const prototype = (
    <>
      <div role="row" className={`${styles.row} ${styles.columns}`}>
        {columns.map(({ id }) => (
          <div key={id} role="gridcell" className={styles.cell} data-column={id}>
            {PARTS[id]}
          </div>
        ))}
      </div>
      {MARKED.map((state) => (
        <OfflineMark key={state} state={state} />
      ))}
    </>
  );
  return createPortal(prototype, into);
});

const MARKED = Object.keys(MARKS).filter((state): state is OfflineState => state in MARKS);

const PARTS: Record<ColumnId, ReactNode> = {
  name: (
    <span className={styles.name}>
      <KindBadge kind="folder" name="" />
      <KindBadge kind="file" name="" />
      <FileName name="name.ending" />
      <span className={styles.waiting} title="Waiting to be sent">
        <Clock role="img" aria-label="Waiting to be sent" />
      </span>
    </span>
  ),
  link: (
    <span className={styles.link}>
      <Link aria-hidden />
    </span>
  ),
  size: null,
  modified: <time />,
  trashed: <time />,
};
