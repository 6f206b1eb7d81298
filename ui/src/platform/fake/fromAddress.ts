// The fake that a browser's address asks for, such as `/?state=offline`.

import type { Platform } from "../types.ts";
import type { Transfers } from "../wire.ts";
import { ADA, createFake, type Fake } from "./createFake.ts";
import { FakeLibrary } from "./library.ts";
import { hardLibrary, sampleLibrary } from "./samples.ts";

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
  if (state === "empty") return createFake({ library: new FakeLibrary() });
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
};

const up = { direction: "upload", node: null, link_copied: false, was_there: false } as const;
const TRANSFERS: Transfers = {
  items: [
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
          message: "The file is not there any more. Drop it again from where it is now.",
          request_id: null,
        },
      },
    },
  ],
  total: 4,
  active: 2,
  bytes_per_second: 48_000_000,
  seconds_left: 26,
};
