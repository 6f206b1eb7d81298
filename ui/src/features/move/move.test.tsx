import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { Fake } from "../../platform/fake/createFake.ts";
import { expectAccessible } from "../../testing/accessibility.ts";
import { list, openSystemsFolder, row, selectedNames, shownNames } from "../../testing/openWindow.tsx";

const RAFT = "Raft, annotated.pdf";
const PROPOSAL = "Project proposal v4.docx";

function parentOf(fake: Fake, wanted: string): string | null | undefined {
  return [...fake.library.nodes.values()].find(({ name }) => name === wanted)?.parent;
}

async function openDialog(user: Awaited<ReturnType<typeof openSystemsFolder>>["user"], name: string) {
  await user.pointer({ keys: "[MouseRight]", target: await row(name) });
  await user.click(await screen.findByRole("menuitem", { name: "Move to…" }));
  return await screen.findByRole("dialog", { name: `Move “${name}” to…` });
}

describe("the dialog of moving", () => {
  test("finds a folder by a part of its name, moves by the keyboard alone, and Undo brings it back", async () => {
    const { user, fake } = await openSystemsFolder();
    const dialog = await openDialog(user, RAFT);
    const field = within(dialog).getByRole("combobox", { name: "Find a folder" });
    await waitFor(() => {
      expect(field).toHaveFocus();
    });
    await expectAccessible();
    await user.keyboard("pape");
    const found = await within(dialog).findByRole("option", { name: /Papers/ });
    expect(found).toHaveTextContent("Files / Semester 5 / Distributed systems");
    await waitFor(() => {
      expect(found).toHaveAttribute("aria-selected", "true");
    });
    await user.keyboard("{Enter}");
    expect(await within(dialog).findByRole("button", { name: "Move to “Papers”" })).toBeEnabled();
    await user.keyboard("{Enter}");
    expect(await screen.findByText(`“${RAFT}” moved to “Papers”`)).toBeVisible();
    expect(parentOf(fake, RAFT)).toBe("f-papers");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await row(RAFT);
    expect(parentOf(fake, RAFT)).toBe("f-systems");
  });

  test("goes up to the top level, and makes a new folder there", async () => {
    const { user, fake } = await openSystemsFolder();
    const dialog = await openDialog(user, RAFT);
    expect(within(dialog).getByRole("button", { name: /^Move to “/ })).toBeDisabled();
    await user.click(await within(dialog).findByRole("button", { name: "Files" }));
    await within(dialog).findByRole("option", { name: "Semester 5" });
    await user.click(within(dialog).getByRole("button", { name: "New folder" }));
    const name = await within(dialog).findByRole("textbox", { name: "Name of the new folder" });
    await user.clear(name);
    await user.type(name, "Archive{Enter}");
    await user.click(await within(dialog).findByRole("button", { name: "Move to “Archive”" }));
    await waitFor(() => {
      expect(parentOf(fake, RAFT)).toBe(
        [...fake.library.nodes.values()].find((node) => node.name === "Archive")?.id,
      );
    });
    expect(parentOf(fake, "Archive")).toBeNull();
  });

  test("offers no folder that is moved itself, and none inside it", async () => {
    const { user, fake } = await openSystemsFolder();
    fake.library.createFolder("f-papers", "Old papers");
    const dialog = await openDialog(user, "Papers");
    const itself = await within(dialog).findByRole("option", { name: "Papers" });
    expect(itself).toHaveAttribute("aria-disabled", "true");
    await user.click(itself);
    await user.type(within(dialog).getByRole("combobox"), "old pap{Enter}");
    const inside = await within(dialog).findByRole("option", { name: /Old papers/ });
    expect(inside).toHaveAttribute("aria-disabled", "true");
    expect(within(dialog).queryByRole("button", { name: /Move to “(Old p|P)apers”/ })).toBeNull();
  });

  test("moves what can be moved, and says what could not", async () => {
    const { user, fake } = await openSystemsFolder();
    fake.library.copy("proposal", "f-papers");
    await user.click(await row(PROPOSAL));
    await user.keyboard("{Control>}{ArrowDown}{/Control} ");
    await user.pointer({ keys: "[MouseRight]", target: await row(PROPOSAL) });
    await user.click(await screen.findByRole("menuitem", { name: "Move to…" }));
    await user.type(await screen.findByRole("combobox"), "papers{Enter}");
    await user.click(await screen.findByRole("button", { name: "Move to “Papers”" }));
    expect(await screen.findByText("This name is taken")).toBeVisible();
    expect(screen.getByText("1 item moved to “Papers”")).toBeVisible();
    expect(parentOf(fake, PROPOSAL)).toBe("f-systems");
  });
});

/** Presses on one element, moves to another, and lets go there. */
function drag(from: Element, to: Element, beforeItIsLetGo?: () => void): void {
  fireEvent.mouseDown(from, { button: 0, clientX: 10, clientY: 10 });
  fireEvent.mouseMove(from, { clientX: 12, clientY: 30 });
  fireEvent.mouseMove(to, { clientX: 60, clientY: 90 });
  expect(to.closest("[data-drop-over]")).not.toBeNull();
  beforeItIsLetGo?.();
  fireEvent.mouseUp(to, { clientX: 60, clientY: 90 });
}

describe("rows that are dragged", () => {
  test("go into the folder on which they are let go, all that are selected", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(PROPOSAL));
    await user.keyboard("{Shift>}{ArrowDown}{/Shift}");
    await waitFor(() => {
      expect(selectedNames()).toEqual([PROPOSAL, RAFT]);
    });
    drag(await row(RAFT), await row("Papers"), () => {
      expect(selectedNames()).toEqual([PROPOSAL, RAFT]);
    });
    expect(await screen.findByText("2 items moved to “Papers”")).toBeVisible();
    expect([parentOf(fake, RAFT), parentOf(fake, PROPOSAL)]).toEqual(["f-papers", "f-papers"]);
    expect(document.querySelector("[data-drop-over]")).toBeNull();
  });

  test("go up on a folder of the way, to the top level on Files, and into the trash", async () => {
    const { fake } = await openSystemsFolder();
    drag(await row(RAFT), screen.getByRole("button", { name: "Semester 5" }));
    await waitFor(() => {
      expect(shownNames()).not.toContain(RAFT);
    });
    expect(parentOf(fake, RAFT)).toBe("f-semester");
    const places = screen.getByRole("navigation", { name: "Places" });
    drag(await row("trace-dataset.zip"), within(places).getByRole("button", { name: /^Files/ }));
    await waitFor(() => {
      expect(shownNames()).not.toContain("trace-dataset.zip");
    });
    expect(parentOf(fake, "trace-dataset.zip")).toBeNull();
    drag(await row(PROPOSAL), within(places).getByRole("button", { name: /^Trash/ }));
    expect(await screen.findByText(`“${PROPOSAL}” moved to trash`)).toBeVisible();
  });

  test("stay where they are on Escape, and a press without a move is a click", async () => {
    const { user, fake } = await openSystemsFolder();
    const papers = await row("Papers");
    fireEvent.mouseDown(await row(RAFT), { button: 0, clientX: 10, clientY: 10 });
    fireEvent.mouseMove(papers, { clientX: 60, clientY: 90 });
    fireEvent.keyDown(document.body, { key: "Escape" });
    fireEvent.mouseUp(papers, { clientX: 60, clientY: 90 });
    expect(parentOf(fake, RAFT)).toBe("f-systems");
    await user.click(await row(PROPOSAL));
    await user.keyboard("{Shift>}{ArrowDown}{/Shift}");
    await user.click(await row(RAFT));
    await waitFor(() => {
      expect(selectedNames()).toEqual([RAFT]);
    });
  });
});

describe("cut and paste", () => {
  test("moves from folder to folder", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{Control>}x{/Control}");
    await waitFor(async () => {
      expect(await row(RAFT)).toHaveAttribute("data-cut");
    });
    await user.dblClick(await row("Lab recordings"));
    await row("Recording 1.wav");
    await user.keyboard("{Control>}v{/Control}");
    await waitFor(async () => {
      expect(await row(RAFT)).toHaveAttribute("aria-selected", "true");
    });
    expect(parentOf(fake, RAFT)).toBe("f-lab");
    expect(await screen.findByText(`“${RAFT}” moved to “Lab recordings”`)).toBeVisible();
    expect(await row(RAFT)).not.toHaveAttribute("data-cut");
  });

  test("leaves text that is typed to the field", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.click(await screen.findByRole("textbox", { name: "Description" }));
    await user.keyboard("{Control>}xv{/Control}");
    expect(fake.calls.some(({ command }) => command === "moveTo")).toBe(false);
    expect(await row(RAFT)).not.toHaveAttribute("data-cut");
  });
});

describe("copies", () => {
  test("are pasted, and stand selected in the list", async () => {
    const { user } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{Control>}cv{/Control}");
    await waitFor(async () => {
      expect(await row("Raft, annotated (2).pdf")).toHaveAttribute("aria-selected", "true");
    });
    expect(shownNames()).toContain(RAFT);
  });

  test("are made from the menu, and need the server", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.pointer({ keys: "[MouseRight]", target: await row("Papers") });
    await user.click(await screen.findByRole("menuitem", { name: "Make a copy" }));
    await row("Papers (2)");
    fake.setOffline(true);
    await user.click(await row(RAFT));
    await user.keyboard("{Control>}cv{/Control}");
    await waitFor(() => {
      expect(screen.getAllByText("You are offline").length).toBeGreaterThan(1);
    });
    expect(await list()).toBeVisible();
    expect(shownNames()).not.toContain("Raft, annotated (2).pdf");
  });
});
