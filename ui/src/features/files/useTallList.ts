import { type RefObject, useCallback, useEffectEvent, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { drawnHeight, type Extent, moved, type Place, scrolled, TOP } from "./tallList.ts";

/** Rows beyond the screen on each side: what a turn of the wheel brings is there already. */
const OVERSCAN_ROWS = 12;
/** While somebody drags the bar, no frame has time for them. */
const OVERSCAN_AFTER_MS = 100;

type TallListOptions = {
  count: number;
  rowPx: number;
  /** Stays at the top of the screen, before the first row. */
  headPx: number;
  /** At the end of the screen, something covers so much. */
  coveredPx: number;
};

/** A row to draw, its pixels from the top of what is drawn, and the key of its element. */
export type TallItem = { index: number; top: number; key: number };

export type TallList = {
  items: TallItem[];
  /** Of all that is drawn, in pixels. */
  height: number;
  /** Brings a row to the screen, by as little as may be. */
  scrollTo: (index: number) => void;
};

/** `elements`: as many as there may be rows at once. */
type Drawn = { first: number; last: number; shift: number; elements: number };

const NOTHING_KNOWN: Drawn = {
  first: 0,
  last: OVERSCAN_ROWS * 2,
  shift: 0,
  elements: OVERSCAN_ROWS * 2 + 1,
};

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
      const elements = Math.ceil(height / rowPx) + 2 * OVERSCAN_ROWS + 3;
      const draw = (beyond: number) => {
        const first = Math.max(0, Math.floor(top / rowPx) - beyond);
        const last = Math.ceil((top + height - headPx) / rowPx) + beyond;
        const next = { first, last, shift: at.shift, elements };
        setDrawn((before) => (isSame(before, next) ? before : next));
      };
      window.clearTimeout(rest.current);
      draw(isJump ? 0 : OVERSCAN_ROWS);
      if (isJump) rest.current = window.setTimeout(draw, OVERSCAN_AFTER_MS, OVERSCAN_ROWS);
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
    const { first, last, shift, elements } = drawn;
    const shown = Math.max(0, Math.min(last, count - 1) - first + 1);
    return Array.from({ length: shown }, (_, step) => ({
      index: first + step,
      top: (first + step) * rowPx - shift,
      // Rows that stay on the screen keep their elements, and those that come take the elements of those that go: to
      // make elements is most of what a frame costs.
      key: (first + step) % elements,
    }));
  }, [drawn, count, rowPx]);

  return { items, height: drawnHeight(list) - headPx, scrollTo };
}

function isSame(one: Drawn, other: Drawn): boolean {
  return (
    one.first === other.first &&
    one.last === other.last &&
    one.shift === other.shift &&
    one.elements === other.elements
  );
}
