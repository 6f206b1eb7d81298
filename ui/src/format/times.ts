import type { Timestamp } from "../platform/wire.ts";

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "Today 10:31", "Yesterday", "12 Nov", "12 Nov 2025": as short as it is clear. */
export function formatWhen(time: Timestamp, now: Date = new Date()): string {
  const date = new Date(time);
  const days = daysBetween(date, now);
  if (days === 0) return `Today ${CLOCK.format(date)}`;
  if (days === 1) return "Yesterday";
  return date.getFullYear() === now.getFullYear() ? DAY.format(date) : DAY_AND_YEAR.format(date);
}

/** "2 Nov 2026, 18:20": whole. */
export function formatMoment(time: Timestamp): string {
  const date = new Date(time);
  return `${DAY_AND_YEAR.format(date)}, ${CLOCK.format(date)}`;
}

/** "10:42" today, else with its day. */
export function formatAsOf(time: Timestamp, now: Date = new Date()): string {
  const date = new Date(time);
  return daysBetween(date, now) === 0 ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** "26 s left", "4 min left", "2 h left". */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min left`;
  return `${Math.round(seconds / 3600)} h left`;
}

function daysBetween(earlier: Date, later: Date): number {
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
