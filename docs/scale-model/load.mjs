// What is asked of the parts, at the busiest minute.

import {
  code,
  daily,
  limits,
  owned,
  PEAK,
  people,
  secs,
  server,
  shard,
  storage,
  USERS,
} from "./assumptions.mjs";
import { collections, counts } from "./documents.mjs";

const DAY = 86_400;
const activeDaily = USERS * people.activeInADay;
export const open = USERS * people.openAtPeak;

/** Calls a second at the peak, of what each active user does so often a day. */
const atPeak = (aDay) => ((activeDaily * aDay) / DAY) * PEAK;

// Statements of one call, as crates/metadata/src/mongodb has them: reads, writes. Signing in reads the user once.
const SIGNED_IN = 1;
/** `findOneAndUpdate` of the owner at the beginning, `$inc` at the end, and the commit. */
const MUTATION = 3;
/** slug, link, user, two steps of the way up, node, version. */
const OPEN_LINK = 7;

/** Kinds of calls: [calls a second, reads, writes]. */
export function calls({ pollSecs = code.pollSecs, heartbeatReads = 1 } = {}) {
  return {
    "changes, asked for by open apps": [open / pollSecs, SIGNED_IN + 4, 0],
    [HEARTBEATS]: [open / code.heartbeatSecs, heartbeatReads, 0],
    "event streams opened again": [open / code.streamSecs, SIGNED_IN + 1, 0],
    "app starts (me, changes, events)": [atPeak(daily.appStarts) * 3, 3, 0],
    "plans of uploads": [atPeak(daily.uploadCalls), SIGNED_IN + 3, MUTATION + 1],
    "completing uploads": [atPeak(daily.uploadCalls), SIGNED_IN + 4, MUTATION + 3],
    "edits, moves, trash": [atPeak(daily.editCalls), SIGNED_IN + 3, MUTATION + 1],
    "new folders": [atPeak(daily.newFolders), SIGNED_IN + 3, MUTATION + 1],
    "new links": [atPeak(daily.newLinks), SIGNED_IN + 4, MUTATION + 2],
    "own downloads": [atPeak(daily.ownDownloadCalls), SIGNED_IN + 2, 0],
    "link pages": [atPeak(daily.pageViews), OPEN_LINK + 1, 1],
    "public downloads": [
      atPeak(daily.publicDownloads),
      OPEN_LINK * (1 + daily.publicDownloadSecs) + 1,
      1,
    ],
    "catalogue": [atPeak(daily.catalogueCalls), 6, 0],
    [SWEEPING]: [deleted, 3, 5],
  }; // prettier-ignore
}

/** Objects that nobody names any more, on average. */
const deleted = (activeDaily * daily.deletedFiles * owned.versionsOfAFile) / DAY;

export const HEARTBEATS = "heartbeats of event streams";
export const SWEEPING = "deleting what was in the trash for long";

/** Sums: calls of clients, reads and writes a second. */
export function sums(all) {
  const sum = (each) => Object.values(all).reduce((total, call) => total + each(call), 0);
  return {
    calls: sum(([rate]) => rate) - all[HEARTBEATS][0] - all[SWEEPING][0],
    reads: sum(([rate, reads]) => rate * reads),
    writes: sum(([rate, , writes]) => rate * writes),
  };
}

/** Shards by what runs out: disk, memory, statements. */
export function shards(statements) {
  const all = collections();
  const bytes = all.reduce((sum, one) => sum + one.disk + one.index, 0);
  const hot = bytes * people.activeInADay * storage.hotShare;
  const needed = {
    disk: Math.ceil(bytes / shard.diskBytes),
    memory: Math.ceil(hot / shard.cacheBytes),
    statements: Math.ceil(statements / shard.statements),
  };
  return { bytes, hot, ...needed, most: Math.max(...Object.values(needed)) };
}

/** Mutations that take a revision: each is an event for every server. */
export const revisionsASecond = atPeak(
  daily.uploadCalls + daily.editCalls + daily.newFolders + daily.newLinks,
);

/** Documents that are written a second: entries of the oplogs of all shards together. */
export const documentsWritten =
  atPeak(daily.uploads) * 4 +
  atPeak(daily.uploadCalls) * 4 +
  (atPeak(daily.editCalls) + atPeak(daily.newFolders) + atPeak(daily.newLinks)) * 4 +
  atPeak(daily.pageViews + daily.publicDownloads);

/** The object store's. */
export const bytes = {
  objects: counts.versions,
  stored: counts.versions * owned.fileBytes,
  puts: atPeak(daily.uploads) * (1 + owned.shareInParts * owned.partsEach),
  gets: atPeak(daily.ownDownloads + daily.publicDownloads),
  lists: atPeak(daily.uploadCalls),
  /** A month. */
  putsAMonth: activeDaily * 30 * (daily.uploads * (1 + owned.shareInParts * owned.partsEach) + daily.uploadCalls),
  getsAMonth: activeDaily * 30 * (daily.ownDownloads + daily.publicDownloads + daily.uploads),
  ownOutAMonth: activeDaily * 30 * daily.ownDownloads * owned.fileBytes,
  publicOutAMonth: activeDaily * 30 * daily.publicDownloads * daily.publicDownloadBytes,
  publicBitsASecond: atPeak(daily.publicDownloads) * daily.publicDownloadBytes * 8,
  inBitsASecond: atPeak(daily.uploads) * owned.fileBytes * 8,
  deletedASecond: deleted,
}; // prettier-ignore

/** Servers by what runs out. */
export function servers(all, publicThroughServers = true) {
  const needed = {
    streams: Math.ceil(open / server.streams),
    requests: Math.ceil(sums(all).calls / server.requests),
    network: publicThroughServers ? Math.ceil((bytes.publicBitsASecond * 2) / server.bitsASecond) : 0,
  };
  return { ...needed, most: Math.max(...Object.values(needed)) };
}

/** Calls to Clerk, a second. */
export const clerk = {
  /** Access tokens last a day: each open app asks once, most of them in the busy hours. */
  refreshes: atPeak(daily.appStarts),
  opaque: open / 60,
  limit: limits.clerkBackendCallsASecond,
};

/** What one part can do, and how many registered users that is enough for. */
export const bounds = {
  openAppsOfAShard: shard.statements / (5 / code.pollSecs + 1 / code.heartbeatSecs),
  openAppsOfAShardChanged: shard.statements / (5 / 300),
  /** Some at once, each of them the object, and four statements with a commit; and all that once more a day later. */
  deletionsOfASweep: code.deletedAtOnce / 2 / (secs.s3Delete + 3 * secs.statement + secs.majorityCommit),
  /** One document, one increment after another; nobody waits for another's commit. */
  viewsOfALink: 1 / secs.statement,
  reopenedASecond: server.streams / code.reopenSecs,
  catalogueEntries: code.catalogueEntries,
};
