import type { NodeId, ViewId, ViewQuery } from "../platform/wire.ts";

/** Every key under which something of the host is remembered. */
export const keys = {
  appState: ["app_state"],
  transfers: ["transfers"],
  transferLimits: ["transfer_limits"],
  /** Everything that a change of the library makes stale. */
  library: ["library"],
  view: (query: ViewQuery) => ["library", "view", query],
  details: (id: NodeId) => ["library", "details", id],
  /** Rows belong to one opened view and never change. */
  rows: (view: ViewId, page: number) => ["rows", view, page],
} as const;
