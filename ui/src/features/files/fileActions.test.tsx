import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { hardLibrary } from "../../platform/fake/samples.ts";
import { list, openSystemsFolder, openWindow, row, shownNames } from "../../testing/openWindow.tsx";

const RAFT = "Raft, annotated.pdf";

describe("renaming", () => {
  test("starts with F2 on the name without its ending, and keeps it with Enter", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{F2}");
    const field = screen.getByRole<HTMLInputElement>("textbox", { name: `New name of ${RAFT}` });
    expect(field.value.slice(0, field.selectionEnd ?? 0)).toBe("Raft, annotated");
    await user.keyboard("Raft{Enter}");
    await row("Raft.pdf");
    expect(await list()).toHaveFocus();
    expect([...fake.library.nodes.values()].some(({ name }) => name === "Raft.pdf")).toBe(true);
  });

  test("leaves the name as it was with Esc", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{F2}something else{Escape}");
    await row(RAFT);
    expect(fake.calls.some(({ command }) => command === "rename")).toBe(false);
  });

  test("says what is wrong with a name, and lets it be mended", async () => {
    const { user } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{F2}a/b{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("A name cannot contain a slash (/).");
    const field = screen.getByRole("textbox", { name: `New name of ${RAFT}` });
    expect(field).toHaveFocus();
    await user.clear(field);
    await user.type(field, "ab.pdf{Enter}");
    await row("ab.pdf");
  });

  test("tells which name was seen, and keeps what is typed when another name and place come meanwhile", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{F2}Mine");
    const node = [...fake.library.nodes.values()].find(({ name }) => name === RAFT);
    fake.library.change(node?.id ?? "", { name: "A first one.pdf" });
    fake.libraryChanged();
    await waitFor(() => {
      const field = screen.getByRole("textbox", { name: `New name of ${RAFT}` });
      expect(field.closest("[data-index]")).toHaveAttribute("data-index", "2");
    });
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(fake.calls).toContainEqual({ command: "rename", args: [node?.id, RAFT, "Mine.pdf"] });
    });
  });

  test("leaves what was typed when its row is scrolled away, and asks again when it comes back", async () => {
    const { user, fake } = openWindow({ library: hardLibrary(1_000) });
    await user.click(await row("Measurement 1.csv"));
    await user.keyboard("{F2}Mine");
    const grid = await list();
    fireEvent.scroll(grid, { target: { scrollTop: 20_000 } });
    expect(screen.queryByRole("textbox", { name: /^New name/ })).toBeNull();
    await waitFor(() => {
      expect(document.querySelector("[data-index='530'] bdi")).toHaveTextContent(/^Measurement/);
    });
    fireEvent.scroll(grid, { target: { scrollTop: 0 } });
    const field = await screen.findByRole("textbox", { name: "New name of Measurement 1.csv" });
    expect(field).toHaveValue("Measurement 1.csv");
    expect(field).toHaveFocus();
    await user.keyboard("{Escape}");
    await row("Measurement 1.csv");
    expect(grid).toHaveFocus();
    expect(fake.calls.some(({ command }) => command === "rename")).toBe(false);
  });

  test("starts from the menu too, with the keyboard in the field", async () => {
    const { user } = await openSystemsFolder();
    await user.pointer({ keys: "[MouseRight]", target: await row(RAFT) });
    await user.click(await screen.findByRole("menuitem", { name: /Rename/ }));
    await waitFor(() => {
      expect(screen.getByRole("textbox", { name: `New name of ${RAFT}` })).toHaveFocus();
    });
  });
});

describe("a public link", () => {
  test("is copied with Ctrl+L, and a toast says so", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{Control>}l{/Control}");
    expect(await screen.findByText("Public link copied")).toBeVisible();
    expect(fake.clipboard).toMatch(/^https:\/\/notespot\.app\/s\//);
  });

  test("is copied from the menu of the right mouse button", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.pointer({ keys: "[MouseRight]", target: await row(RAFT) });
    await user.click(await screen.findByRole("menuitem", { name: /Copy public link/ }));
    expect(await screen.findByText("Public link copied")).toBeVisible();
    expect(fake.clipboard).not.toBe("");
  });

  test("is copied from the menu that the Menu key opens on the row of the cursor", async () => {
    const { user } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{ContextMenu}");
    expect(await screen.findByRole("menuitem", { name: /Copy public link/ })).toBeVisible();
  });

  test("is refused for a folder with a sentence", async () => {
    const { user } = await openSystemsFolder();
    await user.click(await row("Papers"));
    await user.keyboard("{Control>}l{/Control}");
    expect(await screen.findByText(/Folders cannot have a public link yet/)).toBeVisible();
  });
});

describe("the trash", () => {
  test("takes what Del deletes, and Undo brings it back", async () => {
    const { user } = await openSystemsFolder();
    await user.click(await row(RAFT));
    await user.keyboard("{Delete}");
    expect(await screen.findByText(`“${RAFT}” moved to trash`)).toBeVisible();
    await waitFor(() => {
      expect(shownNames()).not.toContain(RAFT);
    });
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await row(RAFT);
  });

  test("lists what was deleted, and restores it", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(screen.getByRole("button", { name: /^Trash/ }));
    await user.click(await row("Old draft.txt"));
    await user.click(await screen.findByRole("button", { name: "Restore" }));
    expect(await screen.findByText("The trash is empty")).toBeVisible();
    expect([...fake.library.nodes.values()].every(({ trashed_at }) => trashed_at === null)).toBe(true);
  });
});

describe("other actions", () => {
  test("Ctrl+S downloads what is selected, Ctrl+U uploads to the folder that is open", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row("Project proposal v4.docx"));
    await user.keyboard("{Control>}su{/Control}");
    await waitFor(() => {
      expect(fake.calls).toContainEqual({ command: "download", args: [["proposal"]] });
    });
    expect(fake.calls).toContainEqual({ command: "pickAndUpload", args: ["f-systems"] });
  });

  test("a new folder stands selected in the list", async () => {
    const { user } = await openSystemsFolder();
    await user.click(screen.getByRole("button", { name: "New folder" }));
    const field = await screen.findByRole("textbox", { name: "Name" });
    await waitFor(() => {
      expect(field).toHaveFocus();
    });
    await user.keyboard("Exams{Enter}");
    await waitFor(async () => {
      expect(await row("Exams")).toHaveAttribute("aria-selected", "true");
    });
  });

  test("Ctrl+K searches everywhere, and Esc goes back to where one was", async () => {
    const { user } = await openSystemsFolder();
    await user.keyboard("{Control>}k{/Control}paper 12");
    await row("Paper 12.pdf");
    expect(shownNames()).toEqual(["Paper 12.pdf"]);
    await user.keyboard("{Escape}");
    await row(RAFT);
  });

  test("a search that finds nothing says so", async () => {
    const { user } = await openSystemsFolder();
    await user.keyboard("{Control>}k{/Control}zzz");
    expect(await screen.findByText("Nothing found for “zzz”")).toBeVisible();
  });
});

test("the menu of a file that has just been shared offers to end the link", async () => {
  const { user } = await openSystemsFolder();
  await user.click(await row(RAFT));
  await user.keyboard("{Control>}l{/Control}");
  await waitFor(async () => {
    expect(await row(RAFT)).toHaveTextContent("Public");
  });
  await user.keyboard("{ContextMenu}");
  expect(await screen.findByRole("menuitem", { name: "End public link…" })).toBeVisible();
});

test("a file that another computer deletes is selected no more", async () => {
  const { user, fake } = await openSystemsFolder();
  await user.click(await row("Project proposal v4.docx"));
  await screen.findByRole("switch", { name: "Public link" });
  fake.library.change("proposal", { trashed_at: new Date().toISOString() });
  fake.libraryChanged();
  expect(await screen.findByText("Select a file to see its details and its public link.")).toBeVisible();
});
