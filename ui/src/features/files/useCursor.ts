// Where the keyboard stands in the list, and what moving it selects.

import { useCallback, useRef, useState } from "react";
import { NOTHING, type Selection, selectionOf, toggled } from "./selection.ts";
import type { FoundRow } from "./findRow.ts";
import type { Rows } from "./useRows.ts";

/** What a move does to the selection: replaces it, stretches it from where it began, or leaves it. */
export type Reach = "only" | "extend" | "leave";

type CursorOptions = {
  rows: Rows;
  total: number;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  scrollTo: (index: number) => void;
};

export type Cursor = {
  index: number;
  move(index: number, reach: Reach): void;
  toggle(index: number): void;
  selectAll(): void;
  /** Stands on a row that was found, and selects it. */
  stand(found: FoundRow): void;
  /** Stands elsewhere without selecting or scrolling: the row is the same, its place changed. */
  settle(index: number): void;
};

export function useCursor({ rows, total, selection, onSelect, scrollTo }: CursorOptions): Cursor {
  const [index, setIndex] = useState(0);
  const anchor = useRef(0);
  /** Counts moves, so that a slow read of a long range never undoes a later move. */
  const moves = useRef(0);

  const selectRange = useCallback(
    async (from: number, to: number) => {
      const move = ++moves.current;
      const [first, last] = [Math.min(from, to), Math.max(from, to)];
      const known = Array.from({ length: Math.min(last - first + 1, 200) }, (_, step) =>
        rows.at(first + step),
      );
      const isKnown = last - first < 200 && known.every((row) => row !== undefined);
      const range = isKnown ? known.filter((row) => row !== undefined) : await rows.range(first, last);
      if (move === moves.current) onSelect(selectionOf(range));
    },
    [rows, onSelect],
  );

  const move = useCallback(
    (to: number, reach: Reach) => {
      if (total === 0) return;
      const next = Math.max(0, Math.min(total - 1, to));
      setIndex(next);
      scrollTo(next);
      if (reach === "leave") return;
      if (reach === "only") anchor.current = next;
      void selectRange(anchor.current, next);
    },
    [total, scrollTo, selectRange],
  );

  const toggle = useCallback(
    (at: number) => {
      const row = rows.at(at);
      if (row === undefined) return;
      moves.current += 1;
      anchor.current = at;
      setIndex(at);
      onSelect(toggled(selection, row));
    },
    [rows, selection, onSelect],
  );

  const selectAll = useCallback(() => {
    if (total === 0) onSelect(NOTHING);
    else void selectRange(0, total - 1);
  }, [total, selectRange, onSelect]);

  const stand = useCallback(
    ({ index: at, row }: FoundRow) => {
      moves.current += 1;
      anchor.current = at;
      setIndex(at);
      scrollTo(at);
      onSelect(selectionOf([row]));
    },
    [scrollTo, onSelect],
  );

  const settle = useCallback((at: number) => {
    anchor.current = at;
    setIndex(at);
  }, []);

  return { index: Math.min(index, Math.max(0, total - 1)), move, toggle, selectAll, stand, settle };
}
