import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../../testing/accessibility.ts";
import { openSystemsFolder, type OpenWindow, row, shownNames } from "../../testing/openWindow.tsx";

/** The window in the trash, with a file and a folder of 64 files in it. */
async function openTrash(): Promise<OpenWindow> {
  const window = await openSystemsFolder();
  window.fake.library.change("f-papers", { trashed_at: new Date().toISOString() });
  window.fake.libraryChanged();
  await window.user.click(screen.getByRole("button", { name: /^Trash/ }));
  await row("Old draft.txt");
  return window;
}

describe("the trash", () => {
  test("says how long things stay", async () => {
    await openTrash();
    expect(screen.getByText("What is in the trash is deleted for ever after 30 days.")).toBeVisible();
    await expectAccessible();
  });

  test("deletes one thing for ever only when that was said again", async () => {
    const { user, fake } = await openTrash();
    await user.click(await row("Old draft.txt"));
    await user.keyboard("{Delete}");
    const question = await screen.findByRole("alertdialog", { name: "Delete “Old draft.txt” for ever?" });
    await waitFor(() => {
      expect(question).toHaveTextContent("1 file, 4.2 KB, is deleted");
    });
    expect(question).toHaveTextContent("This cannot be undone.");
    await waitFor(() => {
      expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus();
    });
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(screen.queryByRole("alertdialog")).toBeNull();
    });
    expect(fake.calls.some(({ command }) => command === "deleteForEver")).toBe(false);

    await user.click(await screen.findByRole("button", { name: "Delete for ever…" }));
    await user.click(await screen.findByRole("button", { name: "Delete for ever" }));
    expect(await screen.findByText("“Old draft.txt” deleted for ever")).toBeVisible();
    await waitFor(() => {
      expect(shownNames()).toEqual(["Papers"]);
    });
  });

  test("says how much lies in folders that are deleted for ever", async () => {
    const { user } = await openTrash();
    await user.click(await row("Old draft.txt"));
    await user.keyboard("{Control>}a{/Control}");
    await user.pointer({ keys: "[MouseRight]", target: await row("Papers") });
    await user.click(await screen.findByRole("menuitem", { name: /Delete for ever/ }));
    const question = await screen.findByRole("alertdialog", { name: "Delete 2 items for ever?" });
    await waitFor(() => {
      expect(question).toHaveTextContent("65 files in 2 items, 166 MB, are deleted");
    });
  });

  test("is emptied of what was seen in it", async () => {
    const { user, fake } = await openTrash();
    await user.click(screen.getByRole("button", { name: "Empty trash…" }));
    const question = await screen.findByRole("alertdialog", { name: "Empty the trash?" });
    await waitFor(() => {
      expect(question).toHaveTextContent("65 files in 2 items");
    });
    // It came while the person was asked.
    fake.library.change("notes", { trashed_at: new Date().toISOString() });
    fake.libraryChanged();
    await user.click(screen.getByRole("button", { name: "Empty the trash" }));
    await waitFor(() => {
      expect(fake.library.nodes.has("f-papers")).toBe(false);
    });
    expect(fake.library.get("notes").trashed_at).not.toBeNull();
  });

  test("that is empty offers nothing to empty", async () => {
    const { user, fake } = await openTrash();
    for (const { id, trashed_at } of fake.library.nodes.values()) if (trashed_at) fake.library.delete(id);
    fake.libraryChanged();
    await screen.findByText("The trash is empty");
    expect(screen.getByRole("button", { name: "Empty trash…" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: /^Files/ }));
    expect(await screen.findByRole("button", { name: "New folder" })).toBeVisible();
  });
});
