import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { openSystemsFolder } from "../../testing/openWindow.tsx";

test("limits hold as soon as they are entered, and an empty field is none", async () => {
  const { fake, user } = await openSystemsFolder();
  const told = () => fake.calls.findLast(({ command }) => command === "setTransferLimits")?.args[0];
  await user.click(screen.getByRole("button", { name: "Settings" }));
  const up = await screen.findByRole("textbox", { name: "Upload at most" });
  await user.type(up, "1.5{Enter}");
  const unlimited = { up: null, down: null, parallel: null, memory_mib: 64 };
  await expect.poll(told).toEqual({ ...unlimited, up: 1_500_000 });
  await user.clear(up);
  await user.type(screen.getByRole("textbox", { name: "Requests at once" }), "4");
  await expect.poll(told).toEqual(unlimited);
  await user.tab();
  await expect.poll(told).toEqual({ ...unlimited, parallel: 4 });
});

test("memory is set in MiB, and an empty field is what is built in", async () => {
  const { fake, user } = await openSystemsFolder();
  const told = () => fake.calls.findLast(({ command }) => command === "setTransferLimits")?.args[0];
  await user.click(screen.getByRole("button", { name: "Settings" }));
  const memory = await screen.findByRole("textbox", { name: "Memory" });
  expect(memory).toHaveValue("64");
  await user.clear(memory);
  await user.type(memory, "128{Enter}");
  const unlimited = { up: null, down: null, parallel: null };
  await expect.poll(told).toEqual({ ...unlimited, memory_mib: 128 });
  await expect.poll(() => memory).toHaveValue("128");
  await user.clear(memory);
  await user.tab();
  await expect.poll(told).toEqual({ ...unlimited, memory_mib: 64 });
});

test("what is no number is said, and not taken", async () => {
  const { fake, user } = await openSystemsFolder();
  await user.click(screen.getByRole("button", { name: "Settings" }));
  await user.type(await screen.findByRole("textbox", { name: "Memory" }), "x{Enter}");
  expect(await screen.findByText("A number above 0, or nothing")).toBeVisible();
  expect(fake.calls.some(({ command }) => command === "setTransferLimits")).toBe(false);
});

test("the fields are there before their values, so that the dialog does not move", async () => {
  const { fake, user } = await openSystemsFolder();
  const limits = await fake.platform.transferLimits();
  let answer: ((value: typeof limits) => void) | undefined;
  fake.platform.transferLimits = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  await user.click(screen.getByRole("button", { name: "Settings" }));
  const memory = screen.getByRole("textbox", { name: "Memory" });
  expect(memory).toHaveAttribute("readonly");
  expect(memory).toHaveValue("");
  answer?.(limits);
  await expect.poll(() => memory).toHaveValue("64");
  expect(memory).not.toHaveAttribute("readonly");
});
