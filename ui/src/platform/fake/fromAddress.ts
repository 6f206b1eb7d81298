// The fake that a browser's address asks for, such as `/?state=offline`.

import type { Platform } from "../types.ts";
import type { Transfer } from "../wire.ts";
import { ADA, createFake, type Fake } from "./createFake.ts";
import { FakeLibrary } from "./library.ts";
import { hardLibrary, sampleLibrary } from "./samples.ts";
import { transfersOf } from "./transfers.ts";

const AFTER_MS = 300;

export function fakeFromAddress(address: URLSearchParams): Platform {
  const state = address.get("state") ?? "";
  const fake = fakeOf(state);
  // Developers pull the strings from the console.
  Object.assign(window, { fake });
  setTimeout(() => STATES[state]?.(fake), AFTER_MS);
  return fake.platform;
}

function fakeOf(state: string): Fake {
  if (state === "welcome") return createFake({ session: { kind: "signed_out", reason: null } });
  if (state === "empty") return createFake({ library: new FakeLibrary(), publicFiles: [] });
  if (state === "hard") return createFake({ library: hardLibrary(10_000) });
  if (state === "session") return createFake({ session: { ...ADA, ends_with_app: true } });
  return createFake({ library: sampleLibrary(), latencyMs: 20 });
}

const STATES: Record<string, (fake: Fake) => void> = {
  offline: (fake) => {
    fake.setOffline(true);
  },
  drop: (fake) => {
    fake.hover(true);
  },
  transfers: (fake) => {
    fake.setTransfers(TRANSFERS);
  },
  held: (fake) => {
    fake.setTransfers(HELD);
  },
  asking: (fake) => {
    fake.setTransfers(ASKING);
  },
};

const up = { direction: "upload", node: null, link_copied: false, was_there: false, saved_as: null } as const;
const MOVING: Transfer[] = [
  {
    ...up,
    id: 101,
    name: "Seminar 2026-11-22.mp4",
    size: 1_900_000_000,
    done: 1_200_000_000,
    state: { kind: "running" },
  },
  {
    ...up,
    id: 102,
    name: "whiteboard-03.jpg",
    size: 4_800_000,
    done: 1_100_000,
    state: { kind: "running" },
  },
  { ...up, id: 105, name: "Lecture 7.mkv", size: 840_000_000, done: 0, state: { kind: "waiting" } },
];
const OVER: Transfer[] = [
  {
    ...up,
    id: 104,
    name: "thesis.tex",
    size: 40_000,
    done: 0,
    state: {
      kind: "failed",
      failure: {
        code: "file_missing",
        message: "“thesis.tex” is not there any more. If it was moved, upload it from its new place.",
        request_id: null,
      },
    },
  },
  {
    ...up,
    id: 103,
    name: "Consistency models.pdf",
    size: 900_000,
    done: 900_000,
    state: { kind: "done" },
    node: "notes",
    link_copied: true,
  },
];
const TRANSFERS = transfersOf([...MOVING, ...OVER], 48_000_000);
const HELD = transfersOf(
  [
    ...MOVING.map((item): Transfer => ({ ...item, state: { kind: item.id === 101 ? "paused" : "offline" } })),
    ...OVER,
  ],
  0,
);
const ASKING = transfersOf(
  [
    {
      ...up,
      direction: "download",
      id: 106,
      name: "reading-list.md",
      size: 6000,
      done: 0,
      state: { kind: "target_exists" },
    },
    ...MOVING,
  ],
  48_000_000,
);
