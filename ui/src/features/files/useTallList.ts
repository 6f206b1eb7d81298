import { type RefObject, useCallback, useEffectEvent, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { drawnHeight, type Extent, moved, type Place, scrolled, TOP } from "./tallList.ts";

/** Rows beyond the screen on each side: what a turn of the wheel brings is there already. */
const OVERSCAN_ROWS = 12;
/** After so long without scrolling, it rests. */
const REST_MS = 100;

type TallListOptions = {
  count: number;
  rowPx: number;
  /** Stays at the top of the screen, before the first row. */
  headPx: number;
  /** At the end of the screen, something covers so much. */
  coveredPx: number;
};

/** A row to draw, and its pixels from the top of what is drawn. */
export type TallItem = { index: number; top: number };

export type TallList = {
  items: TallItem[];
  /** The first and the last of them. */
  first: number;
  last: number;
  /** Nobody has scrolled it for a while. */
  isResting: boolean;
  /** Of all that is drawn, in pixels. */
  height: number;
  /** Brings a row to the screen, by as little as may be. */
  scrollTo: (index: number) => void;
};

type Drawn = { first: number; last: number; shift: number; isResting: boolean };

const NOTHING_KNOWN: Drawn = { first: 0, last: OVERSCAN_ROWS * 2, shift: 0, isResting: true };

/**
 * The rows of a list that are on the screen, all of one height. Costs the same for a million rows as for ten.
 */
export function useTallList(scroller: RefObject<HTMLElement | null>, options: TallListOptions): TallList {
  const { count, rowPx, headPx, coveredPx } = options;
  const list = headPx + count * rowPx + coveredPx;
  const place = useRef(TOP);
  const [screen, setScreen] = useState(0);
  const [drawn, setDrawn] = useState(NOTHING_KNOWN);
  const rest = useRef<number>(undefined);

  const show = useCallback(
    (at: Place, height: number) => {
      const top = at.bar + at.shift;
      const isJump = Math.abs(top - place.current.bar - place.current.shift) > height;
      place.current = at;
      const draw = (beyond: number, isResting: boolean) => {
        const first = Math.max(0, Math.floor(top / rowPx) - beyond);
        const last = Math.ceil((top + height - headPx) / rowPx) + beyond;
        const next = { first, last, shift: at.shift, isResting };
        setDrawn((before) => (isSame(before, next) ? before : next));
      };
      window.clearTimeout(rest.current);
      // While somebody drags the bar, no frame has time for rows that are not seen.
      draw(isJump ? 0 : OVERSCAN_ROWS, false);
      rest.current = window.setTimeout(draw, REST_MS, OVERSCAN_ROWS, true);
    },
    [rowPx, headPx],
  );

  const follow = useEffectEvent((element: HTMLElement) => {
    const extent: Extent = { list, screen: element.clientHeight };
    const at = scrolled(place.current, element.scrollTop, extent);
    if (at.bar !== element.scrollTop) element.scrollTo({ top: at.bar });
    show(at, extent.screen);
  });

  // Not a layout effect: the scrolling element is around this one, and is known after it.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = () => {
      // Rows that the next frame shows have to be there with it.
      flushSync(() => {
        follow(element);
      });
    };
    const resized = new ResizeObserver(() => {
      setScreen(element.clientHeight);
    });
    element.addEventListener("scroll", onScroll, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
      window.clearTimeout(rest.current);
    };
  }, [scroller]);

  // A list that got shorter moved the bar by itself.
  useEffect(() => {
    if (scroller.current !== null) follow(scroller.current);
  }, [scroller, list, screen]);

  const scrollTo = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (element === null) return;
      const extent = { list, screen: element.clientHeight };
      const now = place.current.bar + place.current.shift;
      const room = extent.screen - headPx - coveredPx;
      const top = index * rowPx;
      const isAbove = top < now;
      if (!isAbove && top + rowPx <= now + room) return;
      const at = moved(place.current, isAbove ? top : top + rowPx - room, extent);
      show(at, extent.screen);
      element.scrollTo({ top: at.bar });
    },
    [scroller, list, rowPx, headPx, coveredPx, show],
  );

  const items = useMemo(() => {
    const { first, last, shift } = drawn;
    const shown = Math.max(0, Math.min(last, count - 1) - first + 1);
    return Array.from({ length: shown }, (_, step) => ({
      index: first + step,
      top: (first + step) * rowPx - shift,
    }));
  }, [drawn, count, rowPx]);

  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  return { items, first, last, height: drawnHeight(list) - headPx, isResting: drawn.isResting, scrollTo };
}

function isSame(one: Drawn, other: Drawn): boolean {
  return (
    one.first === other.first &&
    one.last === other.last &&
    one.shift === other.shift &&
    one.isResting === other.isResting
  );
}
