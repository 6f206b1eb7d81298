import { fireEvent, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { openSystemsFolder, row } from "../../testing/openWindow.tsx";

const picture = () => document.querySelector<HTMLImageElement>("aside img");

test("a picture is shown once it is there, and its kind until then", async () => {
  const { user } = await openSystemsFolder();
  await user.click(await row("cluster-topology.png"));
  await waitFor(() => {
    expect(picture()).not.toBeNull();
  });
  expect(picture()).not.toBeVisible();
  fireEvent.load(picture() ?? document.body);
  expect(picture()).toBeVisible();
  expect(document.querySelector("aside .lucide-image")).toBeNull();
});

test("a picture that cannot be fetched is asked for again when the server is back", async () => {
  const { user, fake } = await openSystemsFolder();
  fake.setOffline(true);
  await user.click(await row("cluster-topology.png"));
  await waitFor(() => {
    expect(picture()).not.toBeNull();
  });
  const failed = picture() ?? document.body;
  fireEvent.error(failed);
  expect(picture()).not.toBeVisible();
  fake.setOffline(false);
  await waitFor(() => {
    expect(picture()).not.toBeNull();
    expect(picture()).not.toBe(failed);
  });
});

test("nothing is asked for what is no picture", async () => {
  const { user } = await openSystemsFolder();
  await user.click(await row("trace-dataset.zip"));
  await new Promise((resolve) => {
    setTimeout(resolve, 400);
  });
  expect(picture()).toBeNull();
});
