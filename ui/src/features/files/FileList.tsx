import { ContextMenu } from "@base-ui/react/context-menu";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import type { OpenedView, ViewRow } from "../../platform/wire.ts";
import type { Places } from "../shell/places.ts";
import { columnsOf } from "./columns.ts";
import styles from "./FileList.module.css";
import { FileRow, rowElementId } from "./FileRow.tsx";
import { FilesMenu, type MenuActions } from "./FilesMenu.tsx";
import { findRow } from "./findRow.ts";
import { ListHeader } from "./ListHeader.tsx";
import { NOTHING, onlyOne, type Selection } from "./selection.ts";
import { useCursor } from "./useCursor.ts";
import { useListKeys } from "./useListKeys.ts";
import { useRows } from "./useRows.ts";

const ROW_PX = 38;
const HEAD_PX = 34;
const OVERSCAN_ROWS = 12;

type FileListProps = {
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
  const { view, places, label, selection, onSelect, onOpen, actions, coveredPx } = props;
  const grid = useRef<HTMLDivElement>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  /** Chosen in the menu, to begin when the menu is gone. */
  const isRenameChosen = useRef(false);

  const virtual = useVirtualizer({
    count: view.total,
    getScrollElement: () => grid.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    scrollPaddingStart: HEAD_PX,
    paddingEnd: coveredPx,
    initialRect: { width: 800, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const rows = useRows(view, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);

  const scrollTo = useCallback(
    (index: number) => {
      virtual.scrollToIndex(index, { align: "auto" });
    },
    [virtual],
  );
  const cursor = useCursor({ rows, total: view.total, selection, onSelect, scrollTo });
  useKeepPlace({ view, rows, places, cursor, selection });

  useEffect(() => {
    // A list that comes in place of another takes the keyboard, unless somebody is typing elsewhere.
    if (document.activeElement === document.body) grid.current?.focus({ preventScroll: true });
  }, []);

  const columns = useMemo(() => columnsOf(places.query.source), [places.query.source]);
  const isTrash = places.query.source.kind === "trash";

  const startRenaming = () => {
    const row = onlyOne(selection);
    if (row !== undefined && !isTrash) setRenaming(row.id);
  };

  const endRenaming = useCallback(() => {
    setRenaming(null);
    grid.current?.focus({ preventScroll: true });
  }, []);

  const onKeyDown = useListKeys({
    cursor,
    total: view.total,
    pageRows: Math.max(1, Math.floor(((grid.current?.clientHeight ?? 0) - HEAD_PX) / ROW_PX) - 1),
    onOpen: () => {
      const row = onlyOne(selection) ?? (selection.size === 0 ? rows.at(cursor.index) : undefined);
      if (row !== undefined) onOpen(row);
    },
    onRename: startRenaming,
    onTrash: () => {
      if (!isTrash && selection.size > 0) actions.trash();
    },
    onClear: () => {
      onSelect(NOTHING);
    },
    onMenu: () => {
      openMenuAt(grid.current, cursor.index);
    },
    onType: (start, isLonger) => {
      const from = isLonger ? cursor.index : (cursor.index + 1) % Math.max(1, view.total);
      void findRow(rows, view.total, from, (row) => row.name.toLocaleLowerCase().startsWith(start)).then(
        (found) => {
          if (found !== null) cursor.stand(found);
        },
      );
    },
  });

  const onMouseDown = (event: MouseEvent) => {
    const index = indexUnder(event);
    if (index === null || event.target instanceof HTMLInputElement) return;
    if (event.button === 0 && event.shiftKey) cursor.move(index, "extend");
    else if (event.button === 0 && event.ctrlKey) cursor.toggle(index);
    else if (event.button === 0) cursor.move(index, "only");
  };

  const onContextMenuCapture = (event: MouseEvent) => {
    const index = indexUnder(event);
    const row = index === null ? undefined : rows.at(index);
    if (index === null) onSelect(NOTHING);
    else if (row !== undefined && !selection.has(row.id)) cursor.move(index, "only");
  };

  const isCursorShown = items.some((item) => item.index === cursor.index);
  return (
    <ContextMenu.Root
      onOpenChange={(open) => {
        if (open) isRenameChosen.current = false;
      }}
      onOpenChangeComplete={(open) => {
        if (!open && isRenameChosen.current) startRenaming();
      }}
    >
      <ContextMenu.Trigger
        render={
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
            onKeyDown={onKeyDown}
            onMouseDown={onMouseDown}
            onContextMenuCapture={onContextMenuCapture}
            onDoubleClick={(event) => {
              const index = indexUnder(event);
              const row = index === null ? undefined : rows.at(index);
              if (row !== undefined && !(event.target instanceof HTMLInputElement)) onOpen(row);
            }}
          />
        }
      >
        <ListHeader query={places.query} sortBy={places.sortBy} />
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
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
                isRenaming={row !== undefined && row.id === renaming}
                onRenamed={endRenaming}
              />
            );
          })}
        </div>
      </ContextMenu.Trigger>
      <FilesMenu
        selection={selection}
        source={places.query.source}
        // The field of a new name takes the keyboard itself.
        returnFocus={() => (isRenameChosen.current ? false : grid.current)}
        actions={{
          ...actions,
          rename: () => {
            isRenameChosen.current = true;
          },
        }}
      />
    </ContextMenu.Root>
  );
}

type KeepPlaceOptions = {
  view: OpenedView;
  rows: ReturnType<typeof useRows>;
  places: Places;
  cursor: ReturnType<typeof useCursor>;
  selection: Selection;
};

/** Finds the row to stand on: on arrival the one that was asked for, after a change the one before it. */
function useKeepPlace({ view, rows, places, cursor, selection }: KeepPlaceOptions) {
  const arrived = useRef<string | null>(null);

  const find = useEffectEvent(async () => {
    const wanted = places.arriving !== arrived.current ? places.arriving : null;
    const id = wanted ?? onlyOne(selection)?.id;
    if (id === undefined || view.total === 0) return;
    const found = await findRow(rows, view.total, 0, (row) => row.id === id);
    if (found === null) return;
    if (wanted !== null) {
      arrived.current = wanted;
      cursor.stand(found);
    } else {
      cursor.settle(found.index);
    }
  });

  useEffect(() => {
    void find();
  }, [view.id, places.arriving]);
}

function indexUnder(event: MouseEvent): number | null {
  const element = event.target instanceof Element ? event.target.closest("[data-index]") : null;
  return element instanceof HTMLElement ? Number(element.dataset["index"]) : null;
}

/** Opens the menu where the keyboard stands, as a right click there would. */
function openMenuAt(grid: HTMLElement | null, index: number) {
  const row = grid?.querySelector(`#${rowElementId(index)}`);
  const box = (row ?? grid)?.getBoundingClientRect();
  if (box === undefined) return;
  (row ?? grid)?.dispatchEvent(
    new globalThis.MouseEvent("contextmenu", {
      bubbles: true,
      cancelable: true,
      clientX: box.left + HEAD_PX,
      clientY: box.bottom - 4,
    }),
  );
}
