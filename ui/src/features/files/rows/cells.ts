// What the cells of a row show.

import { formatBytes, formatCount, formatItems } from "../../../format/bytes.ts";
import { formatWhen } from "../../../format/times.ts";
import type { Timestamp, ViewRow } from "../../../platform/wire.ts";
import type { ColumnId } from "../columns.ts";
import { nameCell } from "./nameCell.ts";
import { attribute, differing, part, presence, textIn } from "./write.ts";

/** Says which row a cell belongs to; `undefined` is one that is not read yet. */
export type Cell = (row: ViewRow | undefined) => void;

/** For a cell of each column, as the prototype has it. */
export const CELLS: Record<ColumnId, (cell: Element, prototype: ParentNode) => Cell> = {
  name: nameCell,
  link: linkCell,
  size: sizeCell,
  modified: (cell) => timeCell(cell, (row) => row.modified_at),
  trashed: (cell) => timeCell(cell, (row) => row.trashed_at),
};

function linkCell(cell: Element): Cell {
  const link = part(cell, "span");
  const [isThere, text] = [presence(link), textIn(link)];
  return (row) => {
    const views = row?.link?.views;
    isThere(views !== undefined);
    text(views === undefined ? "" : formatViews(views));
  };
}

function formatViews(count: number): string {
  if (count === 0) return "Public";
  return `${formatCount(count)} ${count === 1 ? "view" : "views"}`;
}

function sizeCell(cell: Element): Cell {
  const text = textIn(cell);
  return (row) => {
    if (row === undefined) text("");
    else if (row.items !== null) text(formatItems(row.items));
    else text(row.size === null ? "" : formatBytes(row.size));
  };
}

function timeCell(cell: Element, timeOf: (row: ViewRow) => Timestamp | null): Cell {
  const time = part(cell, "time");
  const [isThere, moment, text] = [presence(time), attribute(time, "datetime"), textIn(time)];
  // Of the time before: see `tellMoments`.
  const forgetTitle = differing(() => {
    time.removeAttribute("title");
  });
  return (row) => {
    const at = row === undefined ? null : timeOf(row);
    isThere(at !== null);
    moment(at);
    text(at === null ? "" : formatWhen(at));
    forgetTitle(at);
  };
}
