import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { FakeLibrary } from "../../platform/fake/library.ts";
import { addFile, hardLibrary } from "../../platform/fake/samples.ts";
import {
  list,
  openSystemsFolder,
  openWindow,
  row,
  selectedNames,
  shownNames,
} from "../../testing/openWindow.tsx";

describe("the list", () => {
  test("shows folders first, then files by name", async () => {
    await openSystemsFolder();
    expect(shownNames().slice(0, 4)).toEqual([
      "Lab recordings",
      "Papers",
      "cluster-topology.png",
      "Consensus, lecture notes.pdf",
    ]);
  });

  test("is sorted by a click on a column, and turned around by a second one", async () => {
    const { user } = await openSystemsFolder();
    await user.click(screen.getByRole("button", { name: "Size" }));
    await waitFor(() => {
      expect(shownNames()[2]).toBe("Seminar 2026-11-18.mp4");
    });
    expect(screen.getByRole("columnheader", { name: "Size" })).toHaveAttribute("aria-sort", "descending");
    await user.click(screen.getByRole("button", { name: "Size" }));
    await waitFor(() => {
      expect(shownNames()[2]).toBe("reading-list.md");
    });
  });

  test("draws only the rows that can be seen of ten thousand", async () => {
    openWindow({ library: hardLibrary(10_000) });
    await row("Measurement 1.csv");
    expect(await list()).toHaveAttribute("aria-rowcount", "10005");
    expect(document.querySelectorAll("[data-index]").length).toBeLessThan(60);
  });

  test("keeps the selection and the old rows while a change comes in", async () => {
    const { fake, user } = await openSystemsFolder();
    await user.click(await row("Raft, annotated.pdf"));
    addFile(fake.library, "f-systems", "A new one.pdf", 10, new Date().toISOString());
    fake.libraryChanged();
    expect(shownNames()).toContain("Raft, annotated.pdf");
    await row("A new one.pdf");
    expect(selectedNames()).toEqual(["Raft, annotated.pdf"]);
    fireEvent.keyDown(await list(), { key: "ArrowDown" });
    await waitFor(() => {
      expect(selectedNames()).toEqual(["reading-list.md"]);
    });
  });

  test("says that a folder is empty, and what to do", async () => {
    const { user, fake } = openWindow();
    fake.library.createFolder(null, "Bare");
    await user.dblClick(await row("Semester 5"));
    fake.libraryChanged();
    await user.click(screen.getByRole("button", { name: "Files" }));
    await user.dblClick(await row("Bare"));
    expect(await screen.findByText("This folder is empty")).toBeVisible();
    expect(screen.getByRole("button", { name: "Choose files…" })).toBeVisible();
  });

  test("says why it cannot be read, and reads again when asked", async () => {
    const { fake, user } = openWindow();
    fake.failNext("openView", {
      code: "library_unavailable",
      message: "The disk did not answer.",
      request_id: null,
    });
    expect(await screen.findByText("The disk did not answer.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await row("Semester 5");
  });

  test("tells how much has come while the library is filled for the first time", async () => {
    const { fake } = openWindow({ library: new FakeLibrary() });
    await screen.findByText("Drop a file here");
    fake.change({ sync: { status: { kind: "filling", received: 1204 }, as_of: null } });
    expect(await screen.findByText("1,204 so far")).toBeVisible();
    expect(screen.getByText("Receiving your files: 1,204")).toBeVisible();
  });
});

describe("the keyboard in the list", () => {
  test("moves with the arrows, Home and End, and stretches the selection with Shift", async () => {
    const { user } = await openSystemsFolder();
    (await list()).focus();
    await user.keyboard("{Home}");
    await waitFor(() => {
      expect(selectedNames()).toEqual(["Lab recordings"]);
    });
    await user.keyboard("{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
    await waitFor(() => {
      expect(selectedNames()).toEqual(["Lab recordings", "Papers", "cluster-topology.png"]);
    });
    await user.keyboard("{End}");
    await waitFor(() => {
      expect(selectedNames()).toEqual(["trace-dataset.zip"]);
    });
    expect((await list()).getAttribute("aria-activedescendant")).toBe((await row("trace-dataset.zip")).id);
  });

  test("selects everything with Ctrl+A, also what was never read, and nothing with Esc", async () => {
    const { user } = openWindow({ library: hardLibrary(1_200) });
    await row("Measurement 1.csv");
    (await list()).focus();
    await user.keyboard("{Control>}a{/Control}");
    expect(await screen.findByText(/^1,204 of 1,204 items selected/)).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(selectedNames()).toEqual([]);
    });
  });

  test("finds a file by the first letters of its name", async () => {
    const { user } = await openSystemsFolder();
    (await list()).focus();
    await user.keyboard("re");
    await waitFor(() => {
      expect(selectedNames()).toEqual(["reading-list.md"]);
    });
  });

  test("opens a folder with Enter, and goes up with Backspace onto the folder it came from", async () => {
    const { user } = await openSystemsFolder();
    (await list()).focus();
    await user.keyboard("{Home}{ArrowDown}{Enter}");
    await row("Paper 1.pdf");
    await user.keyboard("{Backspace}");
    await row("trace-dataset.zip");
    await waitFor(() => {
      expect(selectedNames()).toEqual(["Papers"]);
    });
  });

  test("adds and takes away single rows with Ctrl and the mouse", async () => {
    const { user } = await openSystemsFolder();
    await user.click(await row("Papers"));
    await user.keyboard("{Control>}");
    await user.click(await row("reading-list.md"));
    await user.click(await row("Papers"));
    await user.keyboard("{/Control}");
    expect(selectedNames()).toEqual(["reading-list.md"]);
  });
});
