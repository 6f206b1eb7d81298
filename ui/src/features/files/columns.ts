import type { ViewSort, ViewSource } from "../../platform/wire.ts";

export type ColumnId = "name" | "link" | "size" | "modified" | "trashed";

export type Column = { id: ColumnId; label: string; sort: ViewSort | null };

const NAME: Column = { id: "name", label: "Name", sort: "name" };
const LINK: Column = { id: "link", label: "Link", sort: "link" };
const SIZE: Column = { id: "size", label: "Size", sort: "size" };
const MODIFIED: Column = { id: "modified", label: "Modified", sort: "modified" };
const TRASHED: Column = { id: "trashed", label: "Deleted", sort: null };

const IN_TRASH: Column[] = [NAME, TRASHED, SIZE, MODIFIED];
const ELSEWHERE: Column[] = [NAME, LINK, SIZE, MODIFIED];

/** Always the same of two: rows are made anew where the columns are others. */
export function columnsOf(source: ViewSource): Column[] {
  return source.kind === "trash" ? IN_TRASH : ELSEWHERE;
}
