import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { ADA } from "../../platform/fake/createFake.ts";
import { openSystemsFolder, openWindow, row } from "../../testing/openWindow.tsx";
import { setWindowWidth } from "../../testing/setup.ts";

describe("offline", () => {
  test("keeps showing the list, says so and as of when, and goes again by itself", async () => {
    const { fake } = await openSystemsFolder();
    fake.setOffline(true);
    expect(await screen.findByText("You are offline")).toBeVisible();
    expect(screen.getByText(/Showing files as of \d\d:\d\d/)).toBeVisible();
    expect(screen.getByText("Offline")).toBeVisible();
    await row("Raft, annotated.pdf");
    fake.setOffline(false);
    await waitFor(() => {
      expect(screen.queryByText("You are offline")).toBeNull();
    });
    expect(screen.getByText("Up to date")).toBeVisible();
  });

  test("takes edits, shows them at once, and says how many wait", async () => {
    const { fake, user } = await openSystemsFolder();
    fake.setOffline(true);
    await user.click(await row("Raft, annotated.pdf"));
    await user.keyboard("{F2}Raft{Enter}");
    await row("Raft.pdf");
    expect(await screen.findByText(/1 change will be sent when you reconnect/)).toBeVisible();
    expect(screen.getByText("Offline, 1 change waiting")).toBeVisible();
  });

  test("marks what waits to be sent", async () => {
    const { fake } = await openSystemsFolder();
    const node = [...fake.library.nodes.values()].find(({ name }) => name === "Raft, annotated.pdf");
    fake.library.waiting.add(node?.id ?? "");
    fake.libraryChanged();
    await waitFor(async () => {
      const mark = within(await row("Raft, annotated.pdf")).getByRole("img", { name: "Waiting to be sent" });
      expect(mark).toBeVisible();
    });
  });
});

describe("files dropped on the window", () => {
  test("are promised the folder that is open, and uploaded there", async () => {
    const { fake } = await openSystemsFolder();
    fake.hover(true);
    expect(await screen.findByText(/Drop to upload to/)).toHaveTextContent(
      "Drop to upload to Distributed systems",
    );
    expect(screen.getByText("Hold Shift to also copy a public link")).toBeVisible();
    fake.drop(["Übung 🙂 5.pdf"]);
    await waitFor(() => {
      expect(fake.calls).toContainEqual({ command: "uploadDropped", args: [1, "f-systems", false] });
    });
    await waitFor(() => {
      expect(screen.queryByText(/Drop to upload to/)).toBeNull();
    });
    const dock = await screen.findByRole("region", { name: "Transfers" });
    expect(await within(dock).findByText("Uploaded")).toBeVisible();
    await row("Übung 🙂 5.pdf");
  });

  test("get a public link when Shift was held", async () => {
    const { fake } = await openSystemsFolder();
    fake.drop(["seminar.pdf"], true);
    expect(await screen.findByText("Public link copied")).toBeVisible();
    expect(await screen.findByText("Done. Link copied")).toBeVisible();
    expect(fake.clipboard).not.toBe("");
  });
});

describe("the sidebar", () => {
  test("shows counts, the quota and who is signed in", async () => {
    openWindow();
    expect(await screen.findByText("18.4 GB of 50 GB")).toBeVisible();
    expect(screen.getByRole("button", { name: /^Shared links/ })).toHaveTextContent("3");
    expect(screen.getByRole("meter", { name: "Storage used" })).toHaveAttribute("aria-valuenow", "37");
    expect(screen.getByRole("button", { name: "Account of Ada Lovelace" })).toBeVisible();
  });

  test("lists what has a public link", async () => {
    const { user } = openWindow();
    await user.click(await screen.findByRole("button", { name: /^Shared links/ }));
    await row("trace-dataset.zip");
    expect(document.querySelectorAll("[data-index]")).toHaveLength(3);
  });

  test("signs out at once when nothing is on its way", async () => {
    const { user } = openWindow();
    await user.click(await screen.findByRole("button", { name: "Account of Ada Lovelace" }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    expect(await screen.findByRole("button", { name: "Sign in with your browser" })).toBeVisible();
  });

  test("asks before it signs out while files are on their way", async () => {
    const { user, fake } = await openSystemsFolder();
    fake.drop(["a.pdf"]);
    await screen.findByText("Uploading 1 file");
    await user.click(screen.getByRole("button", { name: "Account of Ada Lovelace" }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    expect(await screen.findByRole("alertdialog")).toHaveAccessibleName(
      "Sign out while 1 file is on the way?",
    );
    await user.click(screen.getByRole("button", { name: "Stay signed in" }));
    expect(fake.state().session.kind).toBe("signed_in");
  });
});

test("signing out asks where changes would be lost that were not sent", async () => {
  const { user, fake } = await openSystemsFolder();
  fake.change({ edits: { waiting: 2, conflicts: 0 } });
  await user.click(screen.getByRole("button", { name: "Account of Ada Lovelace" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  const question = await screen.findByRole("alertdialog", { name: "Sign out before 2 changes were sent?" });
  expect(question).toHaveTextContent("What was changed here and was not sent yet is lost.");
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  await waitFor(() => {
    expect(fake.state().session.kind).toBe("signed_out");
  });
});

test("a session that the system cannot keep is told of, until it is dismissed", async () => {
  const { user } = openWindow({ session: { ...ADA, ends_with_app: true } });
  expect(await screen.findByText("You are signed in until you close Notespot")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText("You are signed in until you close Notespot")).toBeNull();
});

test("a narrow window shows the details over the list when asked", async () => {
  setWindowWidth(800);
  const { user } = await openSystemsFolder();
  await user.click(await row("Consensus, lecture notes.pdf"));
  expect(screen.queryByText("Lectures 4 to 6, with the proofs redone.")).toBeNull();
  await user.keyboard("{Control>}i{/Control}");
  expect(await screen.findByText("Lectures 4 to 6, with the proofs redone.")).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => {
    expect(screen.queryByText("Lectures 4 to 6, with the proofs redone.")).toBeNull();
  });
});

test("the theme that is chosen in Settings is shown and kept", async () => {
  const { user } = openWindow();
  await user.click(await screen.findByRole("button", { name: "Settings" }));
  await user.click(await screen.findByRole("radio", { name: "Dark" }));
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  expect(localStorage.getItem("notespot.theme")).toBe("dark");
});
