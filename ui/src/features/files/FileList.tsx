import { ContextMenu } from "@base-ui/react/context-menu";
import { useMemo, useRef } from "react";
import type { OpenedView, ViewRow } from "../../platform/wire.ts";
import type { Places } from "../shell/places.ts";
import { columnsOf } from "./columns.ts";
import styles from "./FileList.module.css";
import { FileRow, rowElementId } from "./FileRow.tsx";
import { FilesMenu, type MenuActions } from "./FilesMenu.tsx";
import { ListHeader } from "./ListHeader.tsx";
import type { Selection } from "./selection.ts";
import { useKeepPlace } from "./useKeepPlace.ts";
import { useListInput } from "./useListInput.ts";
import { useRenaming } from "./useRenaming.ts";
import { useVisibleRows } from "./useVisibleRows.ts";

export type FileListProps = {
  view: OpenedView;
  places: Places;
  label: string;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  onOpen: (row: ViewRow) => void;
  actions: Omit<MenuActions, "rename">;
  /** Pixels at the end that something covers. */
  coveredPx: number;
};

export function FileList(props: FileListProps) {
  const { view, places, label, selection, onSelect, actions } = props;
  const grid = useRef<HTMLDivElement>(null);
  const { rows, items, height, cursor } = useVisibleRows(grid, props);
  useKeepPlace({ view, rows, places, cursor, selection, onSelect });

  const columns = useMemo(() => columnsOf(places.query.source), [places.query.source]);
  const renaming = useRenaming({ grid, selection, isTrash: places.query.source.kind === "trash" });
  const input = useListInput({ ...props, grid, rows, cursor, onRename: renaming.start });

  const isCursorShown = items.some((item) => item.index === cursor.index);
  const root = (
    <div
      ref={grid}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-multiselectable
      aria-rowcount={view.total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={isCursorShown ? rowElementId(cursor.index) : undefined}
      className={styles.grid}
      {...input}
    />
  );
  return (
    <ContextMenu.Root {...renaming.menuEvents}>
      <ContextMenu.Trigger render={root}>
        <ListHeader query={places.query} sortBy={places.sortBy} />
        <div role="rowgroup" className={styles.body} style={{ height }}>
          {items.map((item) => {
            const row = rows.at(item.index);
            return (
              <FileRow
                key={item.index}
                row={row}
                index={item.index}
                top={item.start}
                columns={columns}
                isSelected={row !== undefined && selection.has(row.id)}
                isCursor={item.index === cursor.index}
                isRenaming={row !== undefined && row.id === renaming.id}
                onRenamed={renaming.end}
              />
            );
          })}
        </div>
      </ContextMenu.Trigger>
      <FilesMenu
        selection={selection}
        source={places.query.source}
        returnFocus={renaming.returnFocus}
        actions={{ ...actions, rename: renaming.chooseInMenu }}
      />
    </ContextMenu.Root>
  );
}
