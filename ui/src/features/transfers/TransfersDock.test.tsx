import { act, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type * as ListHeaderModule from "../files/ListHeader.tsx";
import { transfersOf as countedTransfers } from "../../platform/fake/transfers.ts";
import type { Transfer, Transfers } from "../../platform/wire.ts";
import { expectAccessible } from "../../testing/accessibility.ts";
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
  saved_as: null,
};

function transfersOf(...items: Transfer[]): Transfers {
  return { ...countedTransfers(items, 48_000_000), seconds_left: 26 };
}

/**
 * The list that was opened has scrolled to its place, and is drawn once more when that is over. Nothing tells of it:
 * its virtualizer takes 150 ms without a scroll for the end, and a later timer comes after that one.
 */
async function listRests() {
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
}

/** Of the bars, from the top. */
const barNames = () => screen.getAllByRole("progressbar").map((bar) => bar.getAttribute("aria-label"));

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
  fake.setTransfers(transfersOf({ ...moving, state: { kind: "failed", failure } }));
  expect(await screen.findByText("The file was changed while it was uploaded.")).toBeVisible();
  expect(screen.getByRole("heading", { name: "1 file failed" })).toBeVisible();
});

test("a transfer is paused and goes on, alone and with all others", async () => {
  const { fake, user } = await openSystemsFolder();
  fake.setTransfers(transfersOf(moving, { ...moving, id: 2, name: "Lecture.mkv" }));
  await user.click(await screen.findByRole("button", { name: "Pause Seminar.mp4" }));
  expect(await screen.findByText("Paused · 1.2 of 1.9 GB")).toBeVisible();
  expect(screen.getByRole("heading", { name: "Uploading 1 file" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Pause all" }));
  expect(await screen.findByRole("heading", { name: "2 files paused" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Go on with Seminar.mp4" }));
  expect(await screen.findByRole("heading", { name: "Uploading 1 file" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Pause all" }));
  await user.click(await screen.findByRole("button", { name: "Go on with all" }));
  expect(await screen.findByRole("heading", { name: "Uploading 2 files" })).toBeVisible();
});

test("what waits is put in order by its button and by the keyboard", async () => {
  const { fake, user } = await openSystemsFolder();
  const waiting = { ...moving, done: 0, state: { kind: "waiting" } } as const;
  fake.setTransfers(
    transfersOf(moving, { ...waiting, id: 2, name: "b.pdf" }, { ...waiting, id: 3, name: "c.pdf" }),
  );
  await user.click(await screen.findByRole("button", { name: "Move c.pdf to the top" }));
  await expect.poll(barNames).toEqual(["Seminar.mp4", "c.pdf", "b.pdf"]);
  screen.getByRole("button", { name: "Pause c.pdf" }).focus();
  await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await expect.poll(barNames).toEqual(["Seminar.mp4", "b.pdf", "c.pdf"]);
  await user.keyboard("{Alt>}{ArrowUp}{/Alt}");
  await expect.poll(barNames).toEqual(["Seminar.mp4", "c.pdf", "b.pdf"]);
});

test("while the connection is away, transfers wait for it", async () => {
  const { fake } = await openSystemsFolder();
  fake.setTransfers(transfersOf({ ...moving, state: { kind: "offline" } }));
  expect(await screen.findByRole("heading", { name: "Waiting for the connection" })).toBeVisible();
});

test("a file that is there already is asked about, once for all", async () => {
  const { fake, user } = await openSystemsFolder();
  const asking = { ...moving, direction: "download", state: { kind: "target_exists" } } as const;
  fake.setTransfers(transfersOf(asking, { ...asking, id: 2, name: "b.pdf" }));
  const dialog = { name: "A file of this name is there already" };
  await screen.findByRole("alertdialog", dialog);
  const keepBoth = screen.getByRole("button", { name: "Keep both" });
  await expect.poll(() => document.activeElement).toBe(keepBoth);
  await expectAccessible();
  await user.keyboard("{Escape}");
  await expect.poll(() => screen.queryByRole("alertdialog")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Decide about b.pdf" }));
  await screen.findByRole("alertdialog", dialog);
  await user.click(screen.getByRole("checkbox", { name: "Do the same for all others of this download" }));
  await user.click(screen.getByRole("button", { name: "Skip" }));
  await expect.poll(() => screen.queryByRole("alertdialog")).toBeNull();
  expect(screen.getAllByText("Skipped: it was there already")).toHaveLength(2);
  expect(fake.calls.at(-1)).toEqual({ command: "answerTarget", args: [1, "skip", true] });
});

test("a file that was moved is chosen again, or taken off the list", async () => {
  const { fake, user } = await openSystemsFolder();
  const failure = { code: "file_missing", message: "It is not there any more.", request_id: null } as const;
  fake.setTransfers(transfersOf({ ...moving, state: { kind: "failed", failure } }));
  await user.click(await screen.findByRole("button", { name: "Choose Seminar.mp4 again" }));
  expect(await screen.findByRole("button", { name: "Pause Seminar.mp4" })).toBeVisible();
  fake.setTransfers(transfersOf({ ...moving, state: { kind: "failed", failure } }));
  await user.click(await screen.findByRole("button", { name: "Remove Seminar.mp4 from the list" }));
  await expect.poll(() => screen.queryByRole("region", { name: "Transfers" })).toBeNull();
});

test("all are cancelled after a question", async () => {
  const { fake, user } = await openSystemsFolder();
  fake.setTransfers(transfersOf(moving, { ...moving, id: 2, name: "b.pdf" }));
  await user.click(await screen.findByRole("button", { name: "Cancel all" }));
  const question = await screen.findByRole("alertdialog", { name: "Cancel 2 files?" });
  await user.click(within(question).getByRole("button", { name: "Cancel all" }));
  expect(await screen.findByRole("heading", { name: "Cancelled" })).toBeVisible();
});

test("a download says what it is called here, where that is not its name", async () => {
  const { fake } = await openSystemsFolder();
  const saved = { direction: "download", state: { kind: "done" }, saved_as: "Seminar (2).mp4" } as const;
  fake.setTransfers(transfersOf({ ...moving, ...saved }));
  expect(await screen.findByText("Saved as “Seminar (2).mp4”")).toBeVisible();
});

const many = (transfer: Transfer): Transfer[] =>
  Array.from({ length: 200 }, (_, index) => ({ ...transfer, id: index + 1, name: `${index}.txt` }));

test("of very many transfers only those that show are drawn", async () => {
  const { fake } = await openSystemsFolder();
  fake.setTransfers({ ...transfersOf(...many(moving)), total: 20_000 });
  const first = await screen.findByRole("progressbar", { name: "0.txt" });
  expect(first.closest("li")).toHaveAttribute("aria-setsize", "20000");
  expect(barNames().length).toBeLessThan(30);
  expect(screen.getByText("and 19,800 files more")).toBeVisible();
  await expectAccessible();
});

test("a transfer that has the focus stays, wherever it goes in the list", async () => {
  const { fake } = await openSystemsFolder();
  const others = many(moving);
  const first = { ...moving, id: 300, name: "first.txt" };
  fake.setTransfers(transfersOf(first, ...others));
  const pause = await screen.findByRole("button", { name: "Pause first.txt" });
  pause.focus();
  fake.setTransfers(transfersOf(...others, first));
  await expect.poll(() => pause.closest("li")?.dataset["index"]).toBe("200");
  expect(document.activeElement).toBe(pause);
});

test("the list follows a transfer that the keyboard moves, and no other", async () => {
  const { fake, user } = await openSystemsFolder();
  const waiting = many({ ...moving, done: 0, state: { kind: "waiting" } });
  fake.setTransfers(transfersOf(...waiting));
  const list = await screen.findByRole("group", { name: "List of transfers" });
  Object.defineProperty(list, "scrollHeight", { value: 100_000 });
  screen.getByRole("button", { name: "Pause 0.txt" }).focus();
  fake.setTransfers(transfersOf({ ...moving, id: 300, name: "before it.txt" }, ...waiting));
  await expect.poll(() => barNames()[0]).toBe("before it.txt");
  expect(list.scrollTop).toBe(0);
  await user.keyboard("{Alt>}{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{/Alt}");
  await expect.poll(() => list.scrollTop).toBeGreaterThan(0);
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
  await listRests();
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
