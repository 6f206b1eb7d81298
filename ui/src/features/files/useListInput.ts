// What the keyboard and the mouse do in the list.

import type { KeyboardEvent, MouseEvent, RefObject } from "react";
import { followDrag } from "../move/rowDrag.ts";
import type { FileListProps } from "./FileList.tsx";
import { findRow } from "./findRow.ts";
import { NOTHING, onlyOne } from "./selection.ts";
import type { Cursor } from "./useCursor.ts";
import { useListKeys } from "./useListKeys.ts";
import { rowElementId } from "./rows/RowElement.ts";
import type { Rows } from "./useRows.ts";
import { HEAD_PX, ROW_PX } from "./FileRows.tsx";

type ListInputOptions = FileListProps & {
  grid: RefObject<HTMLElement | null>;
  rows: Rows;
  cursor: Cursor;
  onRename: () => void;
};

type ListInput = {
  onKeyDown: (event: KeyboardEvent) => void;
  onMouseDown: (event: MouseEvent) => void;
  onDoubleClick: (event: MouseEvent) => void;
  onContextMenuCapture: (event: MouseEvent) => void;
};

export function useListInput(options: ListInputOptions): ListInput {
  const { view, places, selection, onSelect, onOpen, actions, carry, grid, rows, cursor, onRename } = options;

  async function standOn(start: string, isLonger: boolean) {
    const from = isLonger ? cursor.index : (cursor.index + 1) % Math.max(1, view.total);
    const found = await findRow(rows, view.total, from, (row) =>
      row.name.toLocaleLowerCase().startsWith(start),
    );
    if (found !== null) cursor.stand(found);
  }

  /** Selects a row; of several that are selected, a press may be the beginning of a drag of them all. */
  function press(event: MouseEvent, index: number) {
    const row = rows.at(index);
    const isOneOfSeveral = row !== undefined && selection.size > 1 && selection.has(row.id);
    if (!isOneOfSeveral) cursor.move(index, "only");
    if (row === undefined || places.query.source.kind === "trash") return;
    const dragged = isOneOfSeveral ? [...selection.values()] : [row];
    followDrag(event, {
      rows: dragged,
      list: grid.current,
      onDrop: (target) => {
        carry.drop(target, dragged);
      },
      onClick: () => {
        if (isOneOfSeveral) cursor.move(index, "only");
      },
    });
  }

  const onKeyDown = useListKeys({
    cursor,
    total: view.total,
    pageRows: () => Math.max(1, Math.floor(((grid.current?.clientHeight ?? 0) - HEAD_PX) / ROW_PX) - 1),
    onOpen: () => {
      const row = onlyOne(selection) ?? (selection.size === 0 ? rows.at(cursor.index) : undefined);
      if (row !== undefined) onOpen(row);
    },
    onRename,
    onTrash: () => {
      if (selection.size === 0) return;
      if (places.query.source.kind === "trash") actions.deleteForEver();
      else actions.trash();
    },
    onClear: () => {
      onSelect(NOTHING);
      carry.letGo();
    },
    onMenu: () => {
      openMenuAt(grid.current, cursor.index);
    },
    onType: (start, isLonger) => void standOn(start, isLonger),
  });

  return {
    onKeyDown,
    onMouseDown: (event) => {
      const index = indexUnder(event);
      if (index === null || event.button !== 0) return;
      if (event.shiftKey) cursor.move(index, "extend");
      else if (event.ctrlKey) cursor.toggle(index);
      else press(event, index);
    },
    onDoubleClick: (event) => {
      const index = indexUnder(event);
      const row = index === null ? undefined : rows.at(index);
      if (row !== undefined) onOpen(row);
    },
    onContextMenuCapture: (event) => {
      const index = indexUnder(event);
      const row = index === null ? undefined : rows.at(index);
      if (index === null) onSelect(NOTHING);
      else if (row !== undefined && !selection.has(row.id)) cursor.move(index, "only");
    },
  };
}

/** The place of the row under the pointer; `null` beside the rows and in the field of a new name. */
function indexUnder(event: MouseEvent): number | null {
  if (!(event.target instanceof Element) || event.target instanceof HTMLInputElement) return null;
  const row = event.target.closest<HTMLElement>("[data-index]");
  return row === null ? null : Number(row.dataset["index"]);
}

/** Opens the menu where the keyboard stands, as a right click there would. */
function openMenuAt(grid: HTMLElement | null, index: number) {
  const place = grid?.querySelector(`#${rowElementId(index)}`) ?? grid;
  if (!place) return;
  const box = place.getBoundingClientRect();
  place.dispatchEvent(
    new globalThis.MouseEvent("contextmenu", {
      bubbles: true,
      cancelable: true,
      clientX: box.left + HEAD_PX,
      clientY: box.bottom - 4,
    }),
  );
}
