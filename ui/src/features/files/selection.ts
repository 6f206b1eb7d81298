import type { NodeId, ViewRow } from "../../platform/wire.ts";

/** What is selected: rows as they were when they were selected, so that they are known when scrolled away. */
export type Selection = ReadonlyMap<NodeId, ViewRow>;

export const NOTHING: Selection = new Map();

export function selectionOf(rows: Iterable<ViewRow>): Selection {
  return new Map(Array.from(rows, (row) => [row.id, row]));
}

export function toggled(selection: Selection, row: ViewRow): Selection {
  const next = new Map(selection);
  if (!next.delete(row.id)) next.set(row.id, row);
  return next;
}

/** The one selected row; `undefined` when there are none or several. */
export function onlyOne(selection: Selection): ViewRow | undefined {
  if (selection.size !== 1) return undefined;
  return selection.values().next().value;
}

/** Whether all that is selected is kept available offline, or is to be. */
export function areAllOffline(selection: Selection): boolean {
  for (const row of selection.values()) if (row.offline === null) return false;
  return selection.size > 0;
}

export function bytesOf(selection: Selection): number {
  let sum = 0;
  for (const row of selection.values()) sum += row.size ?? 0;
  return sum;
}
