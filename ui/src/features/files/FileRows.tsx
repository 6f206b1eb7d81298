import { memo, type Ref, type RefObject, useEffect, useImperativeHandle } from "react";
import type { NodeId } from "../../platform/wire.ts";
import type { Column } from "./columns.ts";
import styles from "./FileList.module.css";
import { FileRow, rowElementId } from "./FileRow.tsx";
import type { Selection } from "./selection.ts";
import { type ReadRows, useShownRows } from "./useRows.ts";
import { type TallList, useTallList } from "./useTallList.ts";

export const ROW_PX = 38;
export const HEAD_PX = 34;

export type Scroller = Pick<TallList, "scrollTo">;

type FileRowsProps = {
  ref: Ref<Scroller>;
  grid: RefObject<HTMLElement | null>;
  rows: ReadRows;
  columns: Column[];
  selection: Selection;
  cutIds: ReadonlySet<NodeId>;
  cursorIndex: number;
  renaming: NodeId | null;
  onRenamed: () => void;
  coveredPx: number;
};

/** The rows on the screen. What scrolling changes is here, and nothing else is drawn again for it. */
export const FileRows = memo(function FileRows(props: FileRowsProps) {
  const { ref, grid, rows, columns, selection, cutIds, cursorIndex, renaming, onRenamed, coveredPx } = props;
  const { items, first, last, height, scrollTo } = useTallList(grid, {
    count: rows.view.total,
    rowPx: ROW_PX,
    headPx: HEAD_PX,
    coveredPx,
  });
  const rowAt = useShownRows(rows, first, last);
  useImperativeHandle(ref, () => ({ scrollTo }), [scrollTo]);

  const isCursorShown = first <= cursorIndex && cursorIndex <= last;
  useEffect(() => {
    if (isCursorShown) grid.current?.setAttribute("aria-activedescendant", rowElementId(cursorIndex));
    else grid.current?.removeAttribute("aria-activedescendant");
  }, [grid, isCursorShown, cursorIndex]);

  return (
    <div role="rowgroup" className={styles.body} style={{ height }}>
      {items.map((item) => {
        const row = rowAt(item.index);
        const isRenaming = row !== undefined && row.id === renaming;
        return (
          <FileRow
            // What is being typed stays with its row, wherever a change puts it.
            key={isRenaming ? "renaming" : item.key}
            row={row}
            index={item.index}
            top={item.top}
            columns={columns}
            isSelected={row !== undefined && selection.has(row.id)}
            isCursor={item.index === cursorIndex}
            isCut={row !== undefined && cutIds.has(row.id)}
            isRenaming={isRenaming}
            onRenamed={onRenamed}
          />
        );
      })}
    </div>
  );
});
