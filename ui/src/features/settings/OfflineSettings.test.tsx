import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { sampleLibrary } from "../../platform/fake/samples.ts";
import { expectAccessible } from "../../testing/accessibility.ts";
import { openSystemsFolder } from "../../testing/openWindow.tsx";

test("Settings say what is used of what may be, change it, and remove all after asking", async () => {
  const library = sampleLibrary();
  library.pins.set("notes", "kept").set("proposal", "no_room");
  const { fake, user } = await openSystemsFolder({ library });
  await user.click(screen.getByRole("button", { name: "Settings" }));
  const used = await screen.findByRole("meter", { name: "Used for files that are available offline" });
  expect(used).toHaveAttribute("aria-valuetext", "3.1 MB of 10 GB, 1 file");
  expect(screen.getByText(/^1 file \(218 KB\) has no room/)).toBeVisible();
  await expectAccessible();

  const most = screen.getByRole("textbox", { name: "Use at most" });
  expect(most).toHaveValue("10");
  await user.clear(most);
  await user.type(most, "2.5{Enter}");
  await waitFor(() => {
    expect(fake.calls.findLast(({ command }) => command === "setOfflineBudget")?.args).toEqual([
      2_500_000_000,
    ]);
  });

  await user.click(screen.getByRole("button", { name: "Remove all…" }));
  const question = await screen.findByRole("alertdialog", { name: "Keep nothing available offline?" });
  expect(question).toHaveTextContent("3.1 MB on this computer become free");
  await user.click(screen.getByRole("button", { name: "Remove all" }));
  await waitFor(() => {
    expect(library.pins.size).toBe(0);
  });
  // Back in Settings, where it was asked for.
  expect(await screen.findByRole("button", { name: "Remove all…" })).toBeDisabled();
});
