import { formatMoment } from "../../../format/times.ts";

/**
 * Tells a time whole when the pointer is on it. Moves, because a row that is scrolled under a pointer that rests is
 * entered by none.
 */
export function tellMoments(rows: HTMLElement, signal: AbortSignal): void {
  rows.addEventListener("mousemove", tellUnder, { signal, passive: true });
}

function tellUnder({ target }: MouseEvent): void {
  const time = target instanceof Element ? target.closest("time") : null;
  if (time !== null && time.title === "" && time.dateTime !== "") time.title = formatMoment(time.dateTime);
}
