import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { publicFile } from "../../platform/fake/publicFiles.ts";
import type { Failure } from "../../platform/wire.ts";
import { expectAccessible } from "../../testing/accessibility.ts";
import {
  openSystemsFolder,
  openWindow,
  type OpenWindow,
  row,
  shownNames,
} from "../../testing/openWindow.tsx";
import type { FakeOptions } from "../../platform/fake/createFake.ts";

async function openPublicFiles(options?: FakeOptions): Promise<OpenWindow> {
  const window = openWindow(options);
  await window.user.click(await screen.findByRole("button", { name: "Public files" }));
  return window;
}

/** The list; as tall as it would be, which nothing here measures. */
async function grid(): Promise<HTMLElement> {
  const list = await screen.findByRole("grid", { name: "Public files" });
  Object.defineProperty(list, "scrollHeight", { value: 100_000, configurable: true });
  return list;
}

/** The button in the place of the list, and not the one of the banner above it. */
const tryAgain = () => screen.getAllByRole("button", { name: "Try again" }).at(-1) ?? document.body;
const asked = ({ fake }: OpenWindow) => fake.calls.filter(({ command }) => command === "publicFiles");

test("public files are a place in the sidebar, with who shares them", async () => {
  await openPublicFiles();
  const first = await row("Compilers, an introduction.pdf");
  expect(within(first).getByText("Grace Hopper")).toBeVisible();
  expect(within(first).getByText("4.1 MB")).toBeVisible();
  expect(screen.getByRole("heading", { level: 1, name: "Public files" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Public files" })).toHaveAttribute("aria-current", "page");
  expect(screen.getByRole("button", { name: /^Files/ })).not.toHaveAttribute("aria-current");
  await expectAccessible();
});

test("another place of the sidebar leaves them, and coming back reads them afresh", async () => {
  const window = await openPublicFiles();
  await row("Compilers, an introduction.pdf");
  await window.user.click(screen.getByRole("button", { name: /^Files/ }));
  await row("Semester 5");
  expect(screen.queryByRole("grid", { name: "Public files" })).toBeNull();
  await window.user.click(screen.getByRole("button", { name: "Public files" }));
  await row("Compilers, an introduction.pdf");
  expect(asked(window)).toHaveLength(2);
});

test("more is read when the end comes into sight, and not before", async () => {
  const window = await openPublicFiles();
  const list = await grid();
  expect(list).toHaveAttribute("aria-rowcount", "-1");
  await row("Compilers, an introduction.pdf");
  expect(asked(window)).toHaveLength(1);
  list.focus();
  await window.user.keyboard("{End}");
  await waitFor(() => {
    expect(asked(window).at(-1)?.args).toEqual(["", "100"]);
  });
  await window.user.keyboard("{End}");
  await waitFor(() => {
    expect(list).toHaveAttribute("aria-rowcount", "235");
  });
  await window.user.keyboard("{End}");
  await row("Measurement 230.csv");
  expect(asked(window)).toHaveLength(3);
});

test("a page that does not come is asked for again when the person says so", async () => {
  const window = await openPublicFiles();
  const list = await grid();
  await row("Compilers, an introduction.pdf");
  window.fake.failNext("publicFiles", { code: "unavailable", message: "Try later.", request_id: null });
  list.focus();
  await window.user.keyboard("{End}");
  expect(await screen.findByText("The server is busy. The rest was not read.")).toBeVisible();
  expect(asked(window)).toHaveLength(2);
  await window.user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => {
    expect(asked(window)).toHaveLength(3);
  });
  expect(await row("Measurement 96.csv")).toBeVisible();
});

test("the search field searches them, at the server", async () => {
  const window = await openPublicFiles();
  await row("Compilers, an introduction.pdf");
  const field = screen.getByRole("textbox", { name: "Search public files" });
  await window.user.type(field, "whirl");
  await waitFor(() => {
    expect(shownNames()).toEqual(["whirlwind-dataset.zip", "Katherine Johnson"]);
  });
  expect(asked(window).at(-1)?.args).toEqual(["whirl", null]);
  await window.user.type(field, "xyz");
  expect(await screen.findByText("Nothing found for “whirlxyz”")).toBeVisible();
  await window.user.keyboard("{Escape}");
  await row("Compilers, an introduction.pdf");
});

test("a file is opened and copied, by the keyboard, the menu and its details", async () => {
  const { fake, user } = await openPublicFiles();
  await row("Compilers, an introduction.pdf");
  (await grid()).focus();
  await user.keyboard("{ArrowDown}{ArrowDown}");
  const details = screen.getByRole("complementary", { name: "Details" });
  expect(await within(details).findByText("Katherine Johnson")).toBeVisible();
  const slug = "pwhirlwinddatasetzip";
  await user.keyboard("{Enter}");
  await user.keyboard("{Control>}l{/Control}");
  expect(await screen.findByText("Public link copied")).toBeVisible();
  expect(fake.clipboard).toBe(`https://notespot.app/s/${slug}`);
  await user.keyboard("{ContextMenu}");
  await user.click(await screen.findByRole("menuitem", { name: /Open public page/ }));
  await user.click(within(details).getByRole("button", { name: "Open public page" }));
  await user.click(within(details).getByRole("button", { name: "Copy link" }));
  const done = fake.calls.filter(({ command }) => command.endsWith("PublicFile"));
  expect(done.map(({ command }) => command)).toEqual([
    "openPublicFile",
    "copyPublicFile",
    "openPublicFile",
    "openPublicFile",
    "copyPublicFile",
  ]);
  expect(done.every(({ args }) => args[0] === slug)).toBe(true);
  await expectAccessible();
});

test("offline they say that they need a connection, and come by themselves when it is back", async () => {
  const window = openWindow();
  await row("Semester 5");
  window.fake.setOffline(true);
  await window.user.click(screen.getByRole("button", { name: "Public files" }));
  expect(await screen.findByText("Public files need a connection")).toBeVisible();
  await expectAccessible();
  await window.user.click(tryAgain());
  await waitFor(() => {
    expect(asked(window)).toHaveLength(2);
  });
  expect(await screen.findByText("Public files need a connection")).toBeVisible();
  window.fake.setOffline(false);
  await row("Compilers, an introduction.pdf");
});

test("what the server refuses is told, with a way to try again", async () => {
  const failure: Failure = { code: "rate_limited", message: "Wait a moment.", request_id: null };
  const window = openWindow();
  await row("Semester 5");
  window.fake.failNext("publicFiles", failure);
  await window.user.click(screen.getByRole("button", { name: "Public files" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Too many requests");
  await window.user.click(screen.getByRole("button", { name: "Try again" }));
  await row("Compilers, an introduction.pdf");
});

test("an empty catalogue says how to list something", async () => {
  await openPublicFiles({ publicFiles: [] });
  expect(await screen.findByText("Nothing is listed yet")).toBeVisible();
  await expectAccessible();
});

test("a search that found nothing so far goes on", async () => {
  const window = openWindow();
  await row("Semester 5");
  window.fake.platform.publicFiles = async (_search, after) =>
    await Promise.resolve(
      after === null ? { files: [], next: "0" } : { files: [publicFile("needle.pdf")], next: null },
    );
  await window.user.click(screen.getByRole("button", { name: "Public files" }));
  await window.user.click(await screen.findByRole("button", { name: "Look further" }));
  expect(await row("needle.pdf")).toBeVisible();
});

test("the switch below a public link lists its file, and says what that means", async () => {
  const { fake, user } = await openSystemsFolder();
  await user.click(await row("Raft, annotated.pdf"));
  expect(await screen.findByText("Only you can see this file.")).toBeVisible();
  expect(screen.queryByRole("switch", { name: "List in public files" })).toBeNull();

  await user.click(await row("Consensus, lecture notes.pdf"));
  const listed = await screen.findByRole("switch", { name: "List in public files" });
  expect(listed).not.toBeChecked();
  expect(listed).toHaveAccessibleDescription(/Anyone can then find this file/);
  await user.click(listed);
  expect(listed).toBeChecked();
  await waitFor(() => {
    expect(fake.library.links.get("notes")?.listed).toBe(true);
  });
  fake.failNext("listPublicly", { code: "library_unavailable", message: "No.", request_id: null });
  await user.click(listed);
  expect((await screen.findAllByText("The list cannot be read"))[0]).toBeVisible();
  expect(listed).toBeChecked();
  await expectAccessible();
});
