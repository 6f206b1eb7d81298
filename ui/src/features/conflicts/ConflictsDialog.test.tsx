import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { Fake } from "../../platform/fake/createFake.ts";
import { openSystemsFolder } from "../../testing/openWindow.tsx";
import { DELETED, LINK_ENDED, RENAMED } from "./samples.ts";

/** Until a question has been there for long enough to be answered. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 350);
  });
}

function answered(fake: Fake): unknown[] {
  return fake.calls.filter(({ command }) => command === "resolveConflict").map(({ args }) => args[0]);
}

describe("changes that cannot be sent", () => {
  test("are shown one after the other with both sides, and the person says what stays", async () => {
    const { fake, user } = await openSystemsFolder();
    fake.setConflicts([RENAMED, DELETED]);
    expect(await screen.findByText("2 changes cannot be sent")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Review" }));

    const first = await screen.findByRole("alertdialog", { name: "Renamed on both sides" });
    expect(first).toHaveTextContent("HereRaft (annotated).pdf");
    expect(first).toHaveTextContent("ElsewhereRaft, with comments.pdf");
    expect(first).toHaveTextContent("1 more follows.");
    await settled();
    await user.click(screen.getByRole("button", { name: "Keep mine" }));

    await screen.findByRole("alertdialog", { name: "Deleted for ever elsewhere" });
    expect(screen.queryByRole("button", { name: "Keep mine" })).toBeNull();
    await settled();
    await user.click(screen.getByRole("button", { name: "Forget my change" }));
    await waitFor(() => {
      expect(screen.queryByText(/cannot be sent/)).toBeNull();
    });
    const said = fake.calls.filter(({ command }) => command === "resolveConflict").map(({ args }) => args);
    expect(said).toEqual([
      [7, "mine"],
      [8, "theirs"],
    ]);
  });

  test("take the second click of a double click for no answer to the next question", async () => {
    const { fake, user } = await openSystemsFolder();
    fake.setConflicts([RENAMED, { ...RENAMED, id: 9, name: "The next one.pdf" }]);
    await user.click(await screen.findByRole("button", { name: "Review" }));
    await screen.findByRole("alertdialog", { name: "Renamed on both sides" });
    await settled();
    await user.click(screen.getByRole("button", { name: "Keep mine" }));
    await screen.findByText("The next one.pdf");
    // The button of the next question stands where that of the one before stood.
    screen.getByRole("button", { name: "Keep mine" }).click();
    await settled();
    expect(answered(fake)).toEqual([7]);
    await user.click(screen.getByRole("button", { name: "Keep mine" }));
    await waitFor(() => {
      expect(answered(fake)).toEqual([7, 9]);
    });
  });

  test("say that a link which was to be listed was ended elsewhere", async () => {
    const { fake, user } = await openSystemsFolder();
    fake.setConflicts([LINK_ENDED]);
    await user.click(await screen.findByRole("button", { name: "Review" }));
    const question = await screen.findByRole("alertdialog", { name: "The public link has ended" });
    expect(question).toHaveTextContent("Only a file with a public link can be listed.");
    await settled();
    await user.click(screen.getByRole("button", { name: "Forget my change" }));
    await waitFor(() => {
      expect(screen.queryByText(/cannot be sent/)).toBeNull();
    });
  });

  test("may be decided later, by the keyboard too", async () => {
    const { fake, user } = await openSystemsFolder();
    fake.setConflicts([RENAMED]);
    await user.click(await screen.findByRole("button", { name: "Review" }));
    await waitFor(() => {
      expect(screen.getByRole("button", { name: "Decide later" })).toHaveFocus();
    });
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(screen.queryByRole("alertdialog")).toBeNull();
    });
    expect(screen.getByText("1 change cannot be sent")).toBeVisible();
    expect(fake.calls.some(({ command }) => command === "resolveConflict")).toBe(false);
  });
});
