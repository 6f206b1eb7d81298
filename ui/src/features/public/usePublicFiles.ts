// The public files that were read so far.

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { keys } from "../../host/keys.ts";
import { useIsOffline } from "../../host/queries.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Cursor, ListedFile } from "../../platform/wire.ts";

/** As far as anybody scrolls, and what is held in memory: 10,000 files, as much as about 10 MB. */
const PAGES_MAX = 100;
const FIRST: Cursor | null = null;

export type ReadSoFar = {
  /** `undefined` until the first page is there. */
  files: ListedFile[] | undefined;
  error: Error | null;
  hasMore: boolean;
  isReading: boolean;
  readOn: () => void;
  tryAgain: () => void;
};

export function usePublicFiles(search: string): ReadSoFar {
  const platform = usePlatform();
  const isOffline = useIsOffline();
  const query = useInfiniteQuery({
    queryKey: keys.publicFiles(search),
    queryFn: ({ pageParam }) => platform.publicFiles(search, pageParam),
    initialPageParam: FIRST,
    getNextPageParam: (last, pages) => (pages.length < PAGES_MAX ? last.next : null),
    // What others list is read afresh whenever somebody comes back.
    gcTime: 0,
    // Another text is the same list: its old rows stay until the new ones are there.
    placeholderData: keepPreviousData,
  });

  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = query;
  const isEmpty = data === undefined;
  useEffect(() => {
    if (!isOffline && isEmpty && error) void refetch();
    // Once, when the connection comes back.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isOffline]);

  const files = useMemo(() => data?.pages.flatMap((page) => page.files), [data]);
  return {
    files,
    error,
    hasMore: hasNextPage,
    isReading: isFetching,
    readOn: () => void fetchNextPage(),
    tryAgain: () => void (isEmpty ? refetch() : fetchNextPage()),
  };
}
