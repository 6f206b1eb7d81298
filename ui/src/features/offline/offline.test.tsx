import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { sampleLibrary } from "../../platform/fake/samples.ts";
import { expectAccessible } from "../../testing/accessibility.ts";
import { openSystemsFolder, row, shownNames } from "../../testing/openWindow.tsx";

const RAFT = "Raft, annotated.pdf";

function called(fake: { calls: { command: string; args: unknown[] }[] }, command: string): unknown[][] {
  return fake.calls.filter((call) => call.command === command).map((call) => call.args);
}

describe("keeping something available offline", () => {
  test("is one entry of the menu, checked when it is on, and shows in the row and the sidebar", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.pointer({ keys: "[MouseRight]", target: await row(RAFT) });
    const entry = await screen.findByRole("menuitemcheckbox", { name: "Keep available offline" });
    expect(entry).not.toBeChecked();
    await user.click(entry);
    expect(await within(await row(RAFT)).findByRole("img", { name: "Available offline" })).toBeVisible();

    await user.click(screen.getByRole("button", { name: "Available offline 1" }));
    await waitFor(() => {
      expect(shownNames()).toEqual([RAFT]);
    });
    await expectAccessible();
    await user.pointer({ keys: "[MouseRight]", target: await row(RAFT) });
    const again = await screen.findByRole("menuitemcheckbox", { name: "Keep available offline" });
    expect(again).toBeChecked();
    await user.click(again);
    expect(await screen.findByText("Nothing is kept offline")).toBeVisible();
    expect(called(fake, "keepOffline").map(([, wanted]) => wanted)).toEqual([true, false]);
  });

  test("works for all that is selected", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{Shift>}{ArrowUp}{/Shift}");
    await user.pointer({ keys: "[MouseRight]", target: await row(RAFT) });
    await user.click(await screen.findByRole("menuitemcheckbox", { name: "Keep available offline" }));
    await waitFor(() => {
      expect(called(fake, "keepOffline")[0]?.[0]).toHaveLength(2);
    });
  });

  test("is a switch in the details, which say how far it is and why", async () => {
    const library = sampleLibrary();
    const { user, fake } = await openSystemsFolder({ library });
    await user.click(await row("Project proposal v4.docx"));
    const keep = await screen.findByRole("switch", { name: "Keep available offline" });
    expect(keep).not.toBeChecked();
    await user.click(keep);
    expect(await screen.findByText("It is on this computer and opens without a network.")).toBeVisible();
    library.pins.set("proposal", "no_room");
    fake.libraryChanged();
    expect(await screen.findByText(/no room for it/)).toBeVisible();
    const mark = await within(await row("Project proposal v4.docx")).findByRole("img");
    expect(mark).toHaveAccessibleName("No room to keep it available offline");
  });

  test("of a file in a kept folder names the folder, and cannot be turned off for the file alone", async () => {
    const library = sampleLibrary();
    const { user, fake } = await openSystemsFolder({ library });
    const parent = library.get("notes").parent;
    if (parent === null) throw new Error("it lies in a folder");
    library.pins.set(parent, "kept");
    fake.libraryChanged();
    await user.click(await row(RAFT));
    expect(await screen.findByText(/It is kept with the folder/)).toHaveTextContent("“Distributed systems”");
    await user.click(screen.getByRole("switch", { name: "Keep available offline" }));
    expect(await screen.findByText("It is kept with its folder")).toBeVisible();
  });
});

describe("opening a file", () => {
  test("is what Enter and a double click do", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.dblClick(await row(RAFT));
    await user.click(await row("reading-list.md"));
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(called(fake, "openFile")).toHaveLength(2);
    });
  });

  test("that is not here, without a network, says so kindly and offers to look again", async () => {
    const { user, fake } = await openSystemsFolder();
    fake.setOffline(true);
    await user.dblClick(await row(RAFT));
    expect(await screen.findByText("It is not on this computer")).toBeVisible();
    await user.click(screen.getAllByRole("button", { name: "Try again" }).at(-1) ?? document.body);
    expect(called(fake, "checkServer").length).toBeGreaterThan(0);
  });

  test("that has to be downloaded first shows how far it is, and can be given up", async () => {
    const { user, fake } = await openSystemsFolder();
    const opening = { node: "notes", name: "Consensus, lecture notes.pdf", size: 3_100_000, done: 775_000 };
    fake.emit({ kind: "opening_changed", opening: [opening] });
    const bar = await screen.findByRole("progressbar", { name: "Downloaded" });
    expect(bar).toHaveAttribute("aria-valuenow", "25");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(called(fake, "cancelOpening")).toEqual([["notes"]]);
    await waitFor(() => {
      expect(screen.queryByText(/^Opening/)).toBeNull();
    });
  });

  test("that could start a program says that only its folder is shown", async () => {
    const { user, fake } = await openSystemsFolder();
    fake.library.rename("proposal", "setup.sh");
    fake.libraryChanged();
    await user.dblClick(await row("setup.sh"));
    expect(await screen.findByText(/“setup.sh” can start a program/)).toBeVisible();
  });
});

test("signing out says that what is kept here is removed from this computer", async () => {
  const library = sampleLibrary();
  library.pins.set("notes", "kept");
  const { user } = await openSystemsFolder({ library });
  await user.click(screen.getByRole("button", { name: "Account of Ada Lovelace" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  const question = await screen.findByRole("alertdialog", { name: "Sign out?" });
  expect(question).toHaveTextContent("1 file that is kept available offline is removed from this computer");
});
