import { MAX_ROWS } from "../../platform/types.ts";
import type { ViewRow } from "../../platform/wire.ts";
import type { Rows } from "./useRows.ts";

/** How far a search for a row goes before it gives up: 20 calls. */
export const FARTHEST = 20 * MAX_ROWS;

export type FoundRow = { index: number; row: ViewRow };

/** The place of the first row, from `start` on and around the end, that `fits`; `null` where there is none. */
export async function findRow(
  rows: Rows,
  total: number,
  start: number,
  fits: (row: ViewRow) => boolean,
): Promise<FoundRow | null> {
  const far = Math.min(total, FARTHEST);
  for (let done = 0; done < far;) {
    const first = (start + done) % total;
    const last = Math.min(total, first + MAX_ROWS, first + far - done) - 1;
    // The first chunk nearly always has it: reading ahead would be waste.
    // oxlint-disable-next-line no-await-in-loop
    const chunk = await rows.range(first, last);
    const found = chunk.findIndex(fits);
    const row = chunk[found];
    if (row !== undefined) return { index: first + found, row };
    done += last + 1 - first;
  }
  return null;
}
