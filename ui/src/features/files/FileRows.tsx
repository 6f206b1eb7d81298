import {
  memo,
  type Ref,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import type { NodeId } from "../../platform/wire.ts";
import type { Column } from "./columns.ts";
import styles from "./FileList.module.css";
import { RenameField } from "./RenameField.tsx";
import { rowElementId } from "./rows/RowElement.ts";
import { RowElements } from "./rows/RowElements.ts";
import { RowPrototype } from "./rows/RowPrototype.tsx";
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

/**
 * The rows on the screen. What scrolling changes is here, and nothing else is drawn again for it. React draws what a
 * row is made of, and the field of a new name; the rows themselves are `RowElements`.
 */
export const FileRows = memo(function FileRows(props: FileRowsProps) {
  const { ref, grid, rows, columns, selection, cutIds, cursorIndex, renaming, onRenamed, coveredPx } = props;
  const { items, first, last, height, isResting, scrollTo } = useTallList(grid, {
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

  const body = useRef<HTMLDivElement>(null);
  const elements = useRef<RowElements>(null);
  const [prototype] = useState(() => document.createDocumentFragment());
  const [field] = useState(fieldElement);
  const renamedIndex =
    renaming === null ? undefined : items.find(({ index }) => rowAt(index)?.id === renaming)?.index;
  const renamed = renamedIndex === undefined ? undefined : rowAt(renamedIndex);

  useLayoutEffect(() => {
    if (body.current === null) return;
    const made = new RowElements(body.current, prototype, field);
    elements.current = made;
    return () => {
      made.remove();
    };
    // Other columns are another prototype.
  }, [prototype, field, columns]);

  useLayoutEffect(() => {
    const drawn = items.map(({ index, top }) => {
      const row = rowAt(index);
      return {
        row,
        index,
        top,
        isSelected: row !== undefined && selection.has(row.id),
        isCursor: index === cursorIndex,
        isCut: row !== undefined && cutIds.has(row.id),
        isRenaming: index === renamedIndex,
      };
    });
    elements.current?.draw(drawn, isResting);
  });

  return (
    <>
      <RowPrototype columns={columns} into={prototype} />
      <div ref={body} role="rowgroup" className={styles.body} style={{ height }} />
      {renamed !== undefined &&
        createPortal(<RenameField key={renamed.id} row={renamed} onDone={onRenamed} />, field)}
    </>
  );
});

function fieldElement(): HTMLElement {
  const element = document.createElement("span");
  element.className = styles["field"] ?? "";
  return element;
}
