import { ContextMenu } from "@base-ui/react/context-menu";
import { type MouseEvent, type RefObject, useEffect, useRef } from "react";
import type { ListedFile } from "../../platform/wire.ts";
import list from "../files/FileList.module.css";
import { HEAD_PX, ROW_PX } from "../files/FileRows.tsx";
import { useTallList } from "../files/useTallList.ts";
import styles from "./PublicFiles.module.css";
import { PublicMenu } from "./PublicMenu.tsx";
import { COLUMNS, PublicRow, publicRowId } from "./PublicRow.tsx";
import { ReadOnRow } from "./ReadOnRow.tsx";
import { usePublicKeys } from "./usePublicKeys.ts";
import type { ReadSoFar } from "./usePublicFiles.ts";
import type { PublicPlace } from "./usePublicPlace.ts";

type PublicListProps = { files: ListedFile[]; read: ReadSoFar; place: PublicPlace; coveredPx: number };

/** The list as far as it was read; more is read where its end comes into sight. */
export function PublicList({ files, read, place, coveredPx }: PublicListProps) {
  const grid = useRef<HTMLDivElement>(null);
  const { hasMore, error } = read;
  const { items, first, last, height, scrollTo } = useTallList(grid, {
    count: files.length + (hasMore ? 1 : 0),
    rowPx: ROW_PX,
    headPx: HEAD_PX,
    coveredPx,
  });
  const isEndInSight = last >= files.length;
  const { readOn, isReading } = read;
  useEffect(() => {
    // After a failure, the person says when.
    if (isEndInSight && hasMore && !isReading && !error) readOn();
  });

  const at = files.findIndex((file) => file.slug === place.selected?.slug);
  const standOn = (index: number) => {
    const next = Math.max(0, Math.min(files.length - 1, index));
    place.select(files[next] ?? null);
    scrollTo(next);
  };
  const onKeyDown = usePublicKeys({ grid, at, total: files.length, standOn, place });
  useTakingTheKeyboard(grid);

  const root = (
    <div
      ref={grid}
      role="grid"
      tabIndex={0}
      aria-label="Public files"
      // The header is a row; how many there are is not known before the end.
      aria-rowcount={hasMore ? -1 : files.length + 1}
      aria-colcount={COLUMNS.length}
      aria-activedescendant={first <= at && at <= last ? publicRowId(at) : undefined}
      className={list.grid}
      onKeyDown={onKeyDown}
      onMouseDown={(event) => {
        const index = indexUnder(event);
        if (index !== null && event.button === 0) standOn(index);
      }}
      onDoubleClick={(event) => {
        const file = files[indexUnder(event) ?? -1];
        if (file) place.actions.openPage(file);
      }}
      onContextMenuCapture={(event) => {
        const index = indexUnder(event);
        if (index !== null) {
          standOn(index);
          return;
        }
        // Beside the files, nothing can be done with one.
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger render={root}>
        <div role="rowgroup" className={list.head}>
          <div role="row" aria-rowindex={1} className={`${styles.columns} ${styles.head}`}>
            {COLUMNS.map(({ id, label }) => (
              <div key={id} role="columnheader" className={list.headCell} data-column={id}>
                {label}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={list.body} style={{ height }}>
          {items.map((item) => {
            const file = files[item.index];
            return file === undefined ? (
              <ReadOnRow key="end" top={item.top} read={read} />
            ) : (
              <PublicRow
                key={file.slug}
                file={file}
                index={item.index}
                top={item.top}
                isSelected={item.index === at}
              />
            );
          })}
        </div>
      </ContextMenu.Trigger>
      <PublicMenu file={place.selected} actions={place.actions} returnFocus={grid} />
    </ContextMenu.Root>
  );
}

/** A list that comes in place of another takes the keyboard, unless somebody is typing elsewhere. */
function useTakingTheKeyboard(grid: RefObject<HTMLElement | null>) {
  useEffect(() => {
    if (document.activeElement === document.body) grid.current?.focus({ preventScroll: true });
  }, [grid]);
}

/** The place of the row under the pointer; `null` beside the rows. */
function indexUnder(event: MouseEvent): number | null {
  if (!(event.target instanceof Element)) return null;
  const row = event.target.closest<HTMLElement>("[data-index]");
  return row === null ? null : Number(row.dataset["index"]);
}
