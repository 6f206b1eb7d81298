import { type QueryKey, useQueries, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { keys } from "../../host/keys.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { MAX_ROWS } from "../../platform/types.ts";
import type { OpenedView, ViewRow } from "../../platform/wire.ts";

const PAGE_ROWS = 100;
const KEEP_PAGES_MS = 30_000;

type PageOptions = { queryKey: QueryKey; queryFn: () => Promise<ViewRow[]>; gcTime: number };

export type Rows = {
  /** The row at a place of the list, where it has been read. */
  at(index: number): ViewRow | undefined;
  /** Rows of any range, read as far as they have not been. */
  range(first: number, last: number): Promise<ViewRow[]>;
};

/** Rows that can be shown while they are read. */
export type ReadRows = Rows & {
  view: OpenedView;
  page(page: number): PageOptions;
  /** Of a page of the list before a change, until the new ones are there. */
  before(page: number): ViewRow[] | undefined;
};

/** The rows of a list. The same for as long as the list is. */
export function useRows(view: OpenedView): ReadRows {
  const platform = usePlatform();
  const queries = useQueryClient();
  const before = useRef(new Map<number, { view: number; rows: ViewRow[] }>());

  return useMemo(
    () => ({
      view,
      at(index) {
        if (index >= view.total) return undefined;
        const page = Math.floor(index / PAGE_ROWS);
        const rows = queries.getQueryData<ViewRow[]>(keys.rows(view.id, page));
        return (rows ?? before.current.get(page)?.rows)?.[index % PAGE_ROWS];
      },
      async range(first, last) {
        const rows: ViewRow[] = [];
        for (let offset = first; offset <= last; offset += MAX_ROWS) {
          const limit = Math.min(MAX_ROWS, last + 1 - offset);
          // One after the other: a million rows must not become two thousand calls at once.
          // oxlint-disable-next-line no-await-in-loop
          rows.push(...(await platform.viewRows(view.id, offset, limit)));
        }
        return rows;
      },
      page: (page) => ({
        queryKey: keys.rows(view.id, page),
        // Rows of a list that was replaced meanwhile are newer than those before them: where a list changes
        // faster than it is read, they are all that there is.
        queryFn: async () => {
          const rows = await platform.viewRows(view.id, page * PAGE_ROWS, PAGE_ROWS);
          if ((before.current.get(page)?.view ?? 0) <= view.id)
            before.current.set(page, { view: view.id, rows });
          return rows;
        },
        gcTime: KEEP_PAGES_MS,
      }),
      before: (page) => before.current.get(page)?.rows,
    }),
    [platform, queries, view],
  );
}

/**
 * Reads the rows that are on the screen. After a change of the library the old rows stay until the
 * new ones are there, so that nothing flickers.
 */
export function useShownRows(rows: ReadRows, firstIndex: number, lastIndex: number): Rows["at"] {
  const { view } = rows;
  const first = Math.floor(firstIndex / PAGE_ROWS);
  const last = Math.max(first, Math.floor(lastIndex / PAGE_ROWS));
  const queries = useMemo(
    () =>
      Array.from({ length: last - first + 1 }, (_, step) => ({
        ...rows.page(first + step),
        enabled: rows.view.total > 0,
        placeholderData: () => rows.before(first + step),
      })),
    [rows, first, last],
  );
  const pageAt = useQueries({ queries, combine: pagesOf });
  return (index) =>
    index < view.total ? pageAt(Math.floor(index / PAGE_ROWS) - first)?.[index % PAGE_ROWS] : undefined;
}

/** A function: what is plain would be compared with what there was before, and copied, down to each row's fields. */
function pagesOf(results: { data: ViewRow[] | undefined }[]) {
  const pages = results.map(({ data }) => data);
  return (step: number) => pages[step];
}
