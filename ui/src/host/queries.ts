// What the UI reads of the host. Each hook reads one thing, so that one event renders one part again.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { usePlatform } from "../platform/PlatformContext.ts";
import type { AppState, NodeId, Transfers, ViewQuery } from "../platform/wire.ts";
import { keys } from "./keys.ts";

/** The part of the state that `select` takes; `undefined` until the host has answered. */
export function useAppState<T>(select: (state: AppState) => T): T | undefined {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.appState, queryFn: () => platform.appState(), select }).data;
}

export function useTransfers<T>(select: (transfers: Transfers) => T): T | undefined {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.transfers, queryFn: () => platform.transfers(), select }).data;
}

export function useView(query: ViewQuery) {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.view(query), queryFn: () => platform.openView(query), gcTime: 0 });
}

/** What the person has to decide; asked for only where there is something. */
export function useConflicts(isEnabled: boolean) {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.conflicts, queryFn: () => platform.conflicts(), enabled: isEnabled });
}

export function useOfflineUsage() {
  const platform = usePlatform();
  return useQuery({ queryKey: keys.offlineUsage, queryFn: () => platform.offlineUsage() }).data;
}

export function useDetails(id: NodeId) {
  const platform = usePlatform();
  return useQuery({
    queryKey: keys.details(id),
    queryFn: () => platform.nodeDetails(id),
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
}

const isOffline = (state: AppState) =>
  state.sync.status.kind === "offline" || state.server.status.kind === "unreachable";

export function useIsOffline(): boolean {
  return useAppState(isOffline) ?? false;
}
