import { Clock, Link } from "lucide-react";
import { memo, type ReactNode } from "react";
import { FileName } from "../../components/FileName.tsx";
import { KindBadge } from "../../components/KindBadge.tsx";
import { formatBytes, formatCount, formatItems } from "../../format/bytes.ts";
import { formatMoment, formatWhen } from "../../format/times.ts";
import type { ViewRow } from "../../platform/wire.ts";
import { dropOn } from "../move/rowDrag.ts";
import type { Column, ColumnId } from "./columns.ts";
import styles from "./FileList.module.css";
import { OfflineMark } from "../offline/OfflineMark.tsx";
import { RenameField } from "./RenameField.tsx";

type FileRowProps = {
  row: ViewRow | undefined;
  index: number;
  /** Pixels from the top of the list. */
  top: number;
  columns: Column[];
  isSelected: boolean;
  isCursor: boolean;
  isRenaming: boolean;
  /** It was cut, to be pasted elsewhere. */
  isCut: boolean;
  onRenamed: () => void;
};

export const rowElementId = (index: number) => `row-${index}`;

export const FileRow = memo(function FileRow(props: FileRowProps) {
  const { row, index, top, columns, isSelected, isCursor, isRenaming, isCut, onRenamed } = props;
  return (
    <div
      role="row"
      id={rowElementId(index)}
      // The header is the first row of the grid.
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-busy={row === undefined}
      data-index={index}
      data-id={row?.id}
      data-cursor={isCursor || undefined}
      data-cut={isCut || undefined}
      {...(row?.kind === "folder" &&
        row.trashed_at === null &&
        dropOn({ kind: "folder", id: row.id, name: row.name }))}
      className={`${styles.row} ${styles.columns}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={styles.cell} data-column={column.id}>
          {row === undefined ? (
            <span className={styles.pending} />
          ) : column.id === "name" && isRenaming ? (
            <RenameField key={row.id} row={row} onDone={onRenamed} />
          ) : (
            CELLS[column.id](row)
          )}
        </div>
      ))}
    </div>
  );
});

const CELLS: Record<ColumnId, (row: ViewRow) => ReactNode> = {
  name: (row) => (
    <span className={styles.name}>
      <KindBadge kind={row.kind} name={row.name} />
      <FileName name={row.name} />
      {row.offline !== null && <OfflineMark state={row.offline} />}
      {row.waiting && (
        <span className={styles.waiting} title="Waiting to be sent">
          <Clock role="img" aria-label="Waiting to be sent" />
        </span>
      )}
    </span>
  ),
  link: (row) =>
    row.link && (
      <span className={styles.link}>
        <Link aria-hidden />
        {row.link.views === 0
          ? "Public"
          : `${formatCount(row.link.views)} ${row.link.views === 1 ? "view" : "views"}`}
      </span>
    ),
  size: (row) => (row.items !== null ? formatItems(row.items) : row.size !== null && formatBytes(row.size)),
  modified: (row) => <Time at={row.modified_at} />,
  trashed: (row) => row.trashed_at && <Time at={row.trashed_at} />,
};

function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {formatWhen(at)}
    </time>
  );
}
