import type { NodeId, ViewId, ViewQuery } from "../platform/wire.ts";

/** Every key under which something of the host is remembered. */
export const keys = {
  appState: ["app_state"],
  transfers: ["transfers"],
  transferLimits: ["transfer_limits"],
  /** Everything that a change of the library makes stale. */
  library: ["library"],
  view: (query: ViewQuery) => ["library", "view", query],
  offlineUsage: ["library", "offline_usage"],
  conflicts: ["library", "conflicts"],
  folders: (inside: NodeId | null, text: string) => ["library", "folders", inside, text],
  /** Of nodes, or of an opened view. */
  weight: (of: NodeId[] | ViewId) => ["weight", of],
  details: (id: NodeId) => ["library", "details", id],
  /** Of the server, and of nothing that is kept here. */
  publicFiles: (search: string) => ["public_files", search],
  /** Rows belong to one opened view and never change. */
  rows: (view: ViewId, page: number) => ["rows", view, page],
} as const;
