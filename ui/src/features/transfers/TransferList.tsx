import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { formatFiles } from "../../format/bytes.ts";
import type { Transfers } from "../../platform/wire.ts";
import { TransferItem } from "./TransferItem.tsx";
import styles from "./TransfersDock.module.css";

/** Of a transfer under way, in pixels. What one takes in truth is measured when it is drawn. */
const USUAL_HEIGHT = 57;
/** Beyond what shows, in both directions: where the keyboard goes next. */
const OVERSCAN = 4;

type TransferListProps = { transfers: Transfers; onDecide: () => void };

/** Draws only what shows: with many small files, other ones are on their way at each of ten events a second. */
export function TransferList({ transfers: { items, total }, onDecide }: TransferListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => items[index]?.id ?? index,
    estimateSize: () => USUAL_HEIGHT,
    overscan: OVERSCAN,
  });
  return (
    <div ref={scroller} className={styles.scroller}>
      <ul className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
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
              />
            )
          );
        })}
      </ul>
      {total > items.length && <p className={styles.more}>and {formatFiles(total - items.length)} more</p>}
    </div>
  );
}
