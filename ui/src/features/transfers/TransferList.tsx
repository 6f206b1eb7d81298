import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState } from "react";
import { formatFiles } from "../../format/bytes.ts";
import type { Transfers } from "../../platform/wire.ts";
import { TransferItem } from "./TransferItem.tsx";
import styles from "./TransfersDock.module.css";

/** Of a transfer under way, in pixels. What one takes in truth is measured when it is drawn. */
const USUAL_HEIGHT = 65;
/** Beyond what shows, in both directions: where the keyboard goes next. */
const OVERSCAN = 4;

type TransferListProps = { transfers: Transfers; onDecide: () => void };

/**
 * Draws only what shows, and the one that has the focus: with many small files, other ones are on their way at each
 * of ten events a second.
 */
export function TransferList({ transfers: { items, total }, onDecide }: TransferListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [focusedId, setFocusedId] = useState<number | null>(null);
  const focused = focusedId === null ? -1 : items.findIndex(({ id }) => id === focusedId);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => items[index]?.id ?? index,
    estimateSize: () => USUAL_HEIGHT,
    overscan: OVERSCAN,
    rangeExtractor: (range) => withFocused(range, focused),
  });

  // What the keyboard moves stays in sight; what moves because others are done leaves the list where it is.
  const isFollowed = useRef(false);
  const follow = useCallback(() => {
    isFollowed.current = true;
  }, []);
  useEffect(() => {
    if (focused >= 0 && isFollowed.current) virtualizer.scrollToIndex(focused, { align: "auto" });
    isFollowed.current = false;
  }, [virtualizer, focused]);

  return (
    // It scrolls, and may hold no button that the keyboard could go to.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroller} className={styles.scroller} role="group" aria-label="List of transfers" tabIndex={0}>
      {/* Notes which of its items' buttons has the focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul
        className={styles.list}
        style={{ height: virtualizer.getTotalSize() }}
        onFocus={(event) => {
          const index = Number(event.target.closest("li")?.dataset["index"]);
          setFocusedId(items[index]?.id ?? null);
        }}
        onBlur={() => {
          setFocusedId(null);
        }}
      >
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const transfer = items[index];
          return (
            transfer && (
              <TransferItem
                key={key}
                ref={virtualizer.measureElement}
                transfer={transfer}
                index={index}
                total={total}
                top={start}
                onDecide={onDecide}
                onMove={follow}
              />
            )
          );
        })}
      </ul>
      {total > items.length && <p className={styles.more}>and {formatFiles(total - items.length)} more</p>}
    </div>
  );
}

function withFocused(range: Range, focused: number): number[] {
  const drawn = defaultRangeExtractor(range);
  if (focused < 0 || drawn.includes(focused)) return drawn;
  return [...drawn, focused].toSorted((a, b) => a - b);
}
