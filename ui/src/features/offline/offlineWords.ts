// What is said of something that is to be available offline.

import type { OfflineState } from "../../platform/wire.ts";

/** In the list, where there is room for a mark and no more. */
export const MARKS: Record<OfflineState, string> = {
  kept: "Available offline",
  fetching: "Being downloaded, to be available offline",
  waiting: "Waits to be downloaded, to be available offline",
  no_room: "No room to keep it available offline",
  failed: "Could not be downloaded, to be available offline",
};

/** In the inspector. */
export const SENTENCES: Record<"file" | "folder", Record<OfflineState, string>> = {
  file: {
    kept: "It is on this computer and opens without a network.",
    fetching: "It is being downloaded.",
    waiting: "It waits to be downloaded.",
    no_room: "There is no room for it in what may be used. Settings say how much that is.",
    failed: "It could not be downloaded. It is tried again.",
  },
  folder: {
    kept: "All of it is on this computer and opens without a network.",
    fetching: "Its files are being downloaded.",
    waiting: "Some of its files wait to be downloaded.",
    no_room: "There is no room for all of its files in what may be used. Settings say how much that is.",
    failed: "Some of its files could not be downloaded. They are tried again.",
  },
};
