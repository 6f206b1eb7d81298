import { act, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type * as ListHeaderModule from "../files/ListHeader.tsx";
import type { Transfer, Transfers } from "../../platform/wire.ts";
import { openSystemsFolder } from "../../testing/openWindow.tsx";

const drawn = vi.hoisted(() => ({ lists: 0 }));

// Counts how often the list is drawn: its header is drawn with it, each time.
vi.mock("../files/ListHeader.tsx", async (original) => {
  const { ListHeader } = await original<typeof ListHeaderModule>();
  return {
    ListHeader: (props: Parameters<typeof ListHeader>[0]) => {
      drawn.lists += 1;
      return <ListHeader {...props} />;
    },
  };
});

const moving: Transfer = {
  id: 1,
  direction: "upload",
  name: "Seminar.mp4",
  size: 1_900_000_000,
  done: 1_200_000_000,
  state: { kind: "running" },
  node: null,
  link_copied: false,
  was_there: false,
};

function transfersOf(...items: Transfer[]): Transfers {
  return { items, total: items.length, active: 1, bytes_per_second: 48_000_000, seconds_left: 26 };
}

test("a transfer shows how far it is, how fast, and how long it takes", async () => {
  const { fake } = await openSystemsFolder();
  fake.setTransfers(transfersOf(moving));
  expect(await screen.findByText("Uploading 1 file")).toBeVisible();
  expect(screen.getByText("48 MB/s · 26 s left")).toBeVisible();
  expect(screen.getByText("1.2 of 1.9 GB")).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "Seminar.mp4" })).toHaveAttribute("aria-valuenow", "63");
});

test("a transfer is cancelled, tried again and cleared away", async () => {
  const { fake, user } = await openSystemsFolder();
  fake.setTransfers(transfersOf(moving));
  await user.click(await screen.findByRole("button", { name: "Cancel Seminar.mp4" }));
  await user.click(await screen.findByRole("button", { name: "Try Seminar.mp4 again" }));
  await user.click(await screen.findByRole("button", { name: "Cancel Seminar.mp4" }));
  await user.click(await screen.findByRole("button", { name: "Clear finished" }));
  expect(screen.queryByRole("region", { name: "Transfers" })).toBeNull();
});

test("a file that the server had already says so", async () => {
  const { fake } = await openSystemsFolder();
  fake.setTransfers(transfersOf({ ...moving, state: { kind: "done" }, was_there: true }));
  expect(await screen.findByText("Uploaded. The server had it already")).toBeVisible();
});

test("a failed transfer says why in a sentence", async () => {
  const { fake } = await openSystemsFolder();
  const failure = {
    code: "file_changed",
    message: "The file was changed while it was uploaded.",
    request_id: null,
  } as const;
  fake.setTransfers({ ...transfersOf({ ...moving, state: { kind: "failed", failure } }), active: 0 });
  expect(await screen.findByText("The file was changed while it was uploaded.")).toBeVisible();
  expect(screen.getByRole("heading", { name: "1 file failed" })).toBeVisible();
});

test("the dock folds to its heading", async () => {
  const { fake, user } = await openSystemsFolder();
  fake.setTransfers(transfersOf(moving));
  await user.click(await screen.findByRole("button", { name: "Fold transfers" }));
  expect(screen.queryByText("1.2 of 1.9 GB")).toBeNull();
  expect(screen.getByRole("heading", { name: "Uploading 1 file" })).toBeVisible();
});

test("progress does not draw the list again", async () => {
  const { fake } = await openSystemsFolder();
  fake.setTransfers(transfersOf(moving));
  await screen.findByText("1.2 of 1.9 GB");
  // The dock has come, and the list has left room for it: from here on only progress is told.
  fake.setTransfers(transfersOf({ ...moving, done: 1_300_000_000 }));
  await screen.findByText("1.3 of 1.9 GB");
  const before = drawn.lists;
  expect(before).toBeGreaterThan(0);
  for (let step = 1; step <= 10; step += 1) {
    act(() => {
      fake.setTransfers(transfersOf({ ...moving, done: 1_200_000_000 + step * 50_000_000 }));
    });
  }
  await screen.findByText("1.7 of 1.9 GB");
  expect(drawn.lists).toBe(before);
});
