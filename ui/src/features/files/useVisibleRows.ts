// The part of the list that is on the screen, and the cursor in it.

import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect } from "react";
import type { FileListProps } from "./FileList.tsx";
import { type Cursor, useCursor } from "./useCursor.ts";
import { type Rows, useRows } from "./useRows.ts";

export const ROW_PX = 38;
export const HEAD_PX = 34;
const OVERSCAN_ROWS = 12;

type VisibleRows = { rows: Rows; items: VirtualItem[]; height: number; cursor: Cursor };

export function useVisibleRows(
  grid: RefObject<HTMLElement | null>,
  { view, selection, onSelect, coveredPx }: FileListProps,
): VisibleRows {
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

  useEffect(() => {
    // A list that comes in place of another takes the keyboard, unless somebody is typing elsewhere.
    if (document.activeElement === document.body) grid.current?.focus({ preventScroll: true });
  }, [grid]);

  return { rows, items, height: virtual.getTotalSize(), cursor };
}
