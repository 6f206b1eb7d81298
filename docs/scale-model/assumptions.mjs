// What is taken for granted. Everything here is an assumption of ours unless a source stands beside it; change one, and run
// docs/scale-model.mjs again.

export const USERS = 100e6;

/** Shares of all users. */
export const people = {
  activeInAMonth: 0.3,
  activeInADay: 0.1,
  /** Whose app is open in the busiest minute. */
  openAtPeak: 0.05,
};

/** Of each registered user, on average. */
export const owned = {
  files: 200,
  folders: 20,
  versionsOfAFile: 1.2,
  /** Links that were ever made: they stay as well, ended. */
  links: 6,
  livingLinks: 4,
  listedLinks: 0.02,
  tokens: 0.2,
  tombstones: 10,
  shareInTrash: 0.03,
  fileBytes: 2.5e6,
  /** Of uploads, those in parts, and how many parts they have. */
  shareInParts: 0.02,
  partsEach: 6,
};

/** Of each user who is active in a day, in that day. */
export const daily = {
  appStarts: 1.5,
  uploads: 3,
  uploadCalls: 1.5,
  edits: 2,
  editCalls: 1.5,
  newFolders: 0.2,
  newLinks: 0.3,
  ownDownloads: 3,
  ownDownloadCalls: 2,
  /** By anybody, of what this user shares. */
  pageViews: 5,
  publicDownloads: 3,
  publicDownloadBytes: 5e6,
  publicDownloadSecs: 2,
  catalogueCalls: 0.05,
  deletedFiles: 1,
};

/** The busiest minute beside the day's average. */
export const PEAK = 3;

/** What the code does (crates/app/src/sync/follow.rs, crates/server/src/api/events, crates/server/src/sweeper.rs). */
export const code = {
  pollSecs: 15,
  heartbeatSecs: 15,
  streamSecs: 3600,
  /** Longest pause less the shortest before an app opens its stream again. */
  reopenSecs: 4.5,
  catalogueEntries: 1000,
  uploadsKeptDays: 90,
  deletedAtOnce: 16,
};

/** Lengths in bytes. */
export const lengths = {
  /** As Clerk's are: `user_` and 27 characters. */
  userId: 32,
  personName: 16,
  email: 24,
  fileName: 24,
  contentType: 18,
  objectKey: 32,
  multipartId: 128,
  slug: 13,
  checksum: 12,
};

/** How MongoDB keeps it. */
export const storage = {
  /** Snappy, of documents that are half random bytes: assumed, worse than the 0.3 that is read of for other data. */
  blockCompression: 0.6,
  /** How full pages of an index are when entries come in between. */
  pageFill: 0.7,
  /** The place of a document, an end mark, and the cell that holds them. */
  entryBytes: 12,
  copies: 3,
  /** Of what belongs to those who are active in a day, what is touched. */
  hotShare: 0.2,
};

/** One shard's member: Atlas M80 (128 GB, 32 vCPU; to be checked at the tier's page). */
export const shard = {
  cacheBytes: 64e9,
  diskBytes: 2e12,
  /** Statements by a key, a second, at 60 % of its processors: to be measured first of all. */
  statements: 30_000,
};

/** One server: 8 vCPU, 16 GiB. */
export const server = {
  /** Issue 5 asks for 10,000 streams in 300 MB: bench/results/server.md says what there is. */
  streams: 20_000,
  /** Requests a second: to be taken from bench/results/server.md. */
  requests: 10_000,
  bitsASecond: 2e9,
};

/** Seconds that one step takes within a region: to be measured. */
export const secs = { s3Delete: 0.02, statement: 0.002, majorityCommit: 0.005 };

/** US dollars, list prices. Each with where it was read, and when that was written. */
export const prices = {
  s3: {
    gbMonth: [
      0.021,
      "S3 Standard over 500 TB, us-east-1: gist EverettBerry/a3743800, July 2022; to be checked",
    ],
    put: [0.005 / 1000, "cloudkaramchari.com, undated; to be checked"],
    get: [0.0004 / 1000, "from memory of the price list; to be checked"],
  },
  outGb: [0.05, "over 150 TB a month: wring.co, March 2026; usage.ai, June 2026"],
  cdnGb: [0.02, "CloudFront over 5 PB, North America: a course's notes, undated; to be checked"],
  serverHour: [
    0.319,
    "c8g.2xlarge, a quarter of c8g.8xlarge at 1.276: a benchmark's list of prices, 2025; to be checked",
  ],
  lcuHour: [0.008, "aws.amazon.com/elasticloadbalancing/pricing, as transcribed on 20 September 2026"],
  atlasHour: [
    7.3,
    "M80 on AWS, three members, from memory of the price list; to be checked (M30 at 0.54 is in Atlas's documentation)",
  ],
  atlasGbMonth: [0.3, "disk beyond what the tier has, three copies, with backup: a guess"],
  clerk: [
    [50e3, 0],
    [100e3, 0.02],
    [1e6, 0.018],
    [10e6, 0.015],
    [Infinity, 0.012],
  ],
  clerkSource: "clerk.com/pricing (a retained user, a month), as transcribed on 20 September 2026",
};

/** Limits of others. */
export const limits = {
  s3PutsOfAPrefix: 3500,
  s3GetsOfAPrefix: 5500,
  clerkBackendCallsASecond: 100,
};
