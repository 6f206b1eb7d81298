import { ContextMenu } from "@base-ui/react/context-menu";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { NodeId, OpenedView, ViewRow } from "../../platform/wire.ts";
import type { DropTarget } from "../move/rowDrag.ts";
import type { Places } from "../shell/places.ts";
import { columnsOf } from "./columns.ts";
import styles from "./FileList.module.css";
import { FileRows, type Scroller } from "./FileRows.tsx";
import { FilesMenu, type MenuActions } from "./FilesMenu.tsx";
import { ListHeader } from "./ListHeader.tsx";
import type { Selection } from "./selection.ts";
import { useCursor } from "./useCursor.ts";
import { useKeepPlace } from "./useKeepPlace.ts";
import { useListInput } from "./useListInput.ts";
import { useRenaming } from "./useRenaming.ts";
import { useRows } from "./useRows.ts";

/** What was cut, and where dragged rows are let go. */
export type Carry = {
  cutIds: ReadonlySet<NodeId>;
  drop: (target: DropTarget, rows: ViewRow[]) => void;
  letGo: () => void;
};

export type FileListProps = {
  view: OpenedView;
  places: Places;
  label: string;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  onOpen: (row: ViewRow) => void;
  actions: Omit<MenuActions, "rename">;
  /** What is carried from folder to folder. */
  carry: Carry;
  /** Pixels at the end that something covers. */
  coveredPx: number;
};

export function FileList(props: FileListProps) {
  const { view, places, label, selection, onSelect, actions, carry, coveredPx } = props;
  const grid = useRef<HTMLDivElement>(null);
  const scroller = useRef<Scroller>(null);
  const rows = useRows(view);
  const scrollTo = useCallback((index: number) => scroller.current?.scrollTo(index), []);
  const cursor = useCursor({ rows, total: view.total, selection, onSelect, scrollTo });
  useKeepPlace({ view, rows, places, cursor, selection, onSelect });

  const columns = useMemo(() => columnsOf(places.query.source), [places.query.source]);
  const renaming = useRenaming({ grid, selection, isTrash: places.query.source.kind === "trash" });
  const { afterMenu } = renaming;
  const input = useListInput({ ...props, grid, rows, cursor, onRename: renaming.start });

  useEffect(() => {
    // A list that comes in place of another takes the keyboard, unless somebody is typing elsewhere.
    if (document.activeElement === document.body) grid.current?.focus({ preventScroll: true });
  }, []);

  const root = (
    <div
      ref={grid}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-multiselectable
      aria-rowcount={view.total + 1}
      aria-colcount={columns.length}
      className={styles.grid}
      {...input}
    />
  );
  return (
    <ContextMenu.Root {...renaming.menuEvents}>
      <ContextMenu.Trigger render={root}>
        <ListHeader query={places.query} sortBy={places.sortBy} />
        <FileRows
          ref={scroller}
          grid={grid}
          rows={rows}
          columns={columns}
          selection={selection}
          cutIds={carry.cutIds}
          cursorIndex={cursor.index}
          renaming={renaming.id}
          onRenamed={renaming.end}
          coveredPx={coveredPx}
        />
      </ContextMenu.Trigger>
      <FilesMenu
        selection={selection}
        source={places.query.source}
        returnFocus={renaming.returnFocus}
        actions={{
          ...actions,
          rename: afterMenu(renaming.start),
          moveTo: afterMenu(actions.moveTo),
          endLink: afterMenu(actions.endLink),
          createFolder: afterMenu(actions.createFolder),
          deleteForEver: afterMenu(actions.deleteForEver),
          emptyTrash: afterMenu(actions.emptyTrash),
        }}
      />
    </ContextMenu.Root>
  );
}
