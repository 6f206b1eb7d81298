import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { openSystemsFolder, row } from "../../testing/openWindow.tsx";

const NOTES = "Consensus, lecture notes.pdf";

test("the inspector shows size, times and the checksum of the one selected file", async () => {
  const { user, fake } = await openSystemsFolder();
  await user.click(await row(NOTES));
  expect(await screen.findByText("9f2c…e41b")).toBeVisible();
  expect(screen.getByText("application/pdf")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Copy the whole SHA-256" }));
  expect(await screen.findByText("SHA-256 copied")).toBeVisible();
  expect(fake.clipboard).toHaveLength(64);
});

test("a description is kept when the field is left, and a failure is said and undone", async () => {
  const { user, fake } = await openSystemsFolder();
  await user.click(await row(NOTES));
  const field = await screen.findByRole("textbox", { name: "Description" });
  await user.clear(field);
  await user.type(field, "Lectures 4 to 7.");
  await user.tab();
  await waitFor(() => {
    expect(fake.library.get("notes").description).toBe("Lectures 4 to 7.");
  });
  fake.failNext("describe", {
    code: "stale_revision",
    message: "It was changed on another computer.",
    request_id: null,
  });
  await user.type(await screen.findByDisplayValue("Lectures 4 to 7."), " More");
  await user.tab();
  expect(await screen.findByText("It was changed on another computer.")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Description" })).toHaveValue("Lectures 4 to 7.");
});

test("the switch makes a public link and copies it", async () => {
  const { user, fake } = await openSystemsFolder();
  await user.click(await row("Project proposal v4.docx"));
  await user.click(await screen.findByRole("switch", { name: "Public link" }));
  expect(await screen.findByText("Anyone with the link can view and download")).toBeVisible();
  expect(fake.clipboard).toBe("https://notespot.app/s/k7Qm2xproposal");
});

test("ending a link is asked first, and then done", async () => {
  const { user, fake } = await openSystemsFolder();
  await user.click(await row(NOTES));
  await user.click(await screen.findByRole("switch", { name: "Public link" }));
  await user.click(await screen.findByRole("button", { name: "Keep the link" }));
  expect(fake.library.links.has("notes")).toBe(true);
  await user.click(screen.getByRole("switch", { name: "Public link" }));
  await user.click(await screen.findByRole("button", { name: "End the link" }));
  expect(await screen.findByText("The public link has ended")).toBeVisible();
  expect(await screen.findByText("Only you can see this file.")).toBeVisible();
});

test("what came from elsewhere while somebody typed is told along, and not overwritten unseen", async () => {
  const { user, fake } = await openSystemsFolder();
  await user.click(await row(NOTES));
  await user.type(await screen.findByRole("textbox", { name: "Description" }), " Mine.");
  fake.library.change("notes", { description: "Theirs.", name: "Theirs.pdf" });
  fake.libraryChanged();
  await row("Theirs.pdf");
  expect(screen.getByRole("textbox", { name: "Description" })).toHaveValue(
    "Lectures 4 to 6, with the proofs redone. Mine.",
  );
  await user.type(screen.getByRole("textbox", { name: "Description" }), " More.");
  await user.tab();
  await waitFor(() => {
    expect(fake.calls).toContainEqual({
      command: "describe",
      args: [
        "notes",
        "Lectures 4 to 6, with the proofs redone.",
        "Lectures 4 to 6, with the proofs redone. Mine. More.",
      ],
    });
  });
});

test("what was typed is the file's for which it was typed, also when another one is selected", async () => {
  const { user, fake } = await openSystemsFolder();
  await user.click(await row(NOTES));
  await user.type(await screen.findByRole("textbox", { name: "Description" }), " Mine.");
  // Nobody leaves the field: the file goes away under it.
  fake.library.change("notes", { trashed_at: new Date().toISOString() });
  fake.libraryChanged();
  await screen.findByText("Select a file to see its details and its public link.");
  const described = fake.calls.filter(({ command }) => command === "describe").map(({ args }) => args[0]);
  expect(described).toEqual(["notes"]);
  await user.click(await row("Project proposal v4.docx"));
  expect(await screen.findByRole("textbox", { name: "Description" })).toHaveValue("");
});

describe("tags", () => {
  test("are added with Enter or a comma, and taken away", async () => {
    const { user, fake } = await openSystemsFolder();
    await user.click(await row(NOTES));
    const field = await screen.findByRole("textbox", { name: "Add a tag" });
    await user.type(field, "exam, consensus{Enter}exam{Enter}");
    expect(fake.library.get("notes").tags).toEqual(["exam", "consensus"]);
    await user.click(screen.getByRole("button", { name: "Remove the tag exam" }));
    await waitFor(() => {
      expect(fake.library.get("notes").tags).toEqual(["consensus"]);
    });
    expect(field).toHaveFocus();
    await user.keyboard("{Backspace}");
    await waitFor(() => {
      expect(fake.library.get("notes").tags).toEqual([]);
    });
  });

  test("that are typed faster than they are kept are all kept", async () => {
    const { user, fake } = await openSystemsFolder({ latencyMs: 300 });
    await user.click(await row(NOTES));
    await user.type(await screen.findByRole("textbox", { name: "Add a tag" }), "one,two,three,");
    await waitFor(() => {
      expect(fake.library.get("notes").tags).toEqual(["one", "two", "three"]);
    });
    const seen = fake.calls.filter(({ command }) => command === "tag").map(({ args }) => args[1]);
    expect(seen).toEqual([[], ["one"], ["one", "two"]]);
  });

  test("are kept when the field is left, work offline, and stay below what the server takes", async () => {
    const { user, fake } = await openSystemsFolder();
    fake.setOffline(true);
    const many = Array.from({ length: 49 }, (_, number) => `tag ${number}`);
    fake.library.change("notes", { tags: many });
    await user.click(await row(NOTES));
    await user.type(await screen.findByRole("textbox", { name: "Add a tag" }), "the last one");
    await user.tab();
    await waitFor(() => {
      expect(fake.library.get("notes").tags).toHaveLength(50);
    });
    expect(screen.getByRole("textbox", { name: "Add a tag" })).toBeDisabled();
    const tagged = fake.calls.find(({ command }) => command === "tag");
    expect(tagged?.args).toEqual(["notes", many, [...many, "the last one"]]);
  });
});
