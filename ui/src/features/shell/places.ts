// Where in the library the window stands, and how one gets from place to place.

import { useCallback, useMemo, useState } from "react";
import type { NodeId, Order, ViewQuery, ViewSort, ViewSource } from "../../platform/wire.ts";

export type Sorting = { sort: ViewSort; order: Order };

const TOP: ViewSource = { kind: "folder", id: null };

const FIRST_SORTING: Record<ViewSource["kind"], Sorting> = {
  folder: { sort: "name", order: "ascending" },
  recent: { sort: "modified", order: "descending" },
  shared_links: { sort: "name", order: "ascending" },
  available_offline: { sort: "name", order: "ascending" },
  trash: { sort: "modified", order: "descending" },
  search: { sort: "relevance", order: "descending" },
};

export type Places = {
  query: ViewQuery;
  /** The text that is searched for; empty outside a search. */
  searchText: string;
  /** The row to stand on once the list is there: what was just made, or the folder one came from. */
  arriving: NodeId | null;
  go: (source: ViewSource, arriving?: NodeId) => void;
  search: (text: string) => void;
  sortBy: (sort: ViewSort) => void;
};

export function usePlaces(): Places {
  const [source, setSource] = useState(TOP);
  const [beforeSearch, setBeforeSearch] = useState(TOP);
  const [arriving, setArriving] = useState<NodeId | null>(null);
  const [sortings, setSortings] = useState(FIRST_SORTING);

  const go = useCallback((next: ViewSource, row?: NodeId) => {
    setSource(next);
    setArriving(row ?? null);
  }, []);

  const search = useCallback(
    (text: string) => {
      if (source.kind !== "search") setBeforeSearch(source);
      const place: ViewSource = { kind: "search", text };
      go(text.trim() === "" ? (source.kind === "search" ? beforeSearch : source) : place);
    },
    [source, beforeSearch, go],
  );

  const sortBy = useCallback(
    (sort: ViewSort) => {
      setSortings((all) => ({ ...all, [source.kind]: nextSorting(all[source.kind], sort) }));
    },
    [source.kind],
  );

  const sorting = sortings[source.kind];
  const query = useMemo(() => ({ source, ...sorting }), [source, sorting]);
  const searchText = source.kind === "search" ? source.text : "";
  return { query, searchText, arriving, go, search, sortBy };
}

/** The same column again turns the order around; sizes and times begin with the greatest. */
function nextSorting(now: Sorting, sort: ViewSort): Sorting {
  if (now.sort === sort) return { sort, order: now.order === "ascending" ? "descending" : "ascending" };
  return { sort, order: sort === "name" ? "ascending" : "descending" };
}

/** The folder that uploads and new folders go to. */
export function folderOf(source: ViewSource): NodeId | null {
  return source.kind === "folder" ? source.id : null;
}
