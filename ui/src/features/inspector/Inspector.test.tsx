import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
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
