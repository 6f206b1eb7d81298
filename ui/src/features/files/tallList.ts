// Where a list is that may be taller than browsers draw.
//
// They cut whatever is taller than 2^25 pixels, and paint in floats, which know no odd pixels beyond 2^24. A taller
// list gets a shorter scroll bar: near its ends a pixel of the bar is a pixel of the list, between them it is more.
// A wheel still moves the list by what it says, because small steps move list and bar alike; the bar is put right
// when it has drifted.

/** The tallest that is drawn as it is. */
export const TALLEST_PX = 16_000_000;
const END_PX = 1_000_000;
/** What is farther at once is a jump: somebody drags the bar. One pixel of a thumb is more than this. */
const STEP_PX = 5_000;
const DRIFT_PX = 50_000;

/** Sizes in pixels: of the whole list, and of the part that is on the screen. */
export type Extent = { list: number; screen: number };

/** How far the bar is down, and how much farther the list is. */
export type Place = { bar: number; shift: number };

export const TOP: Place = { bar: 0, shift: 0 };

/** What the scrolling element is filled with. */
export const drawnHeight = (list: number) => Math.min(list, TALLEST_PX);

/** The bar was moved to `bar`. Where it should be instead is in what comes back, where that differs. */
export function scrolled(before: Place, bar: number, extent: Extent): Place {
  const step = bar - before.bar;
  const isStep = Math.abs(step) <= STEP_PX;
  const place = isStep ? before.bar + before.shift + step : placeOf(bar, extent);
  return standing(bar, clamped(place, extent), extent);
}

/** The list is moved to `place`, by as little of the bar as may be. */
export function moved(before: Place, place: number, extent: Extent): Place {
  const to = clamped(place, extent);
  const step = to - (before.bar + before.shift);
  const bar = before.bar + step;
  const isStep = Math.abs(step) <= STEP_PX && bar >= 0 && bar <= last(drawnHeight(extent.list), extent);
  return standing(isStep ? bar : barOf(to, extent), to, extent);
}

function standing(bar: number, place: number, extent: Extent): Place {
  const fair = barOf(place, extent);
  const isAtAnEnd = place < END_PX || place > last(extent.list, extent) - END_PX;
  // Browsers round where they scroll to.
  const drift = isAtAnEnd ? 1.5 : DRIFT_PX;
  const to = Math.abs(bar - fair) > drift ? Math.round(fair) : bar;
  return { bar: to, shift: place - to };
}

function last(height: number, { screen }: Extent): number {
  return Math.max(0, height - screen);
}

function clamped(place: number, extent: Extent): number {
  return Math.max(0, Math.min(place, last(extent.list, extent)));
}

/** Of the part between the ends, so many pixels of the list are one of the bar. */
function pace({ list }: Extent): number {
  return (list - 2 * END_PX) / (TALLEST_PX - 2 * END_PX);
}

function placeOf(bar: number, extent: Extent): number {
  if (extent.list <= TALLEST_PX || bar <= END_PX) return bar;
  const fromEnd = last(TALLEST_PX, extent) - bar;
  if (fromEnd <= END_PX) return last(extent.list, extent) - fromEnd;
  return END_PX + (bar - END_PX) * pace(extent);
}

function barOf(place: number, extent: Extent): number {
  if (extent.list <= TALLEST_PX || place <= END_PX) return place;
  const fromEnd = last(extent.list, extent) - place;
  if (fromEnd <= END_PX) return last(TALLEST_PX, extent) - fromEnd;
  return END_PX + (place - END_PX) / pace(extent);
}
