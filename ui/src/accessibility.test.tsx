import { screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { RENAMED } from "./features/conflicts/samples.ts";
import { FakeLibrary } from "./platform/fake/library.ts";
import { expectAccessible } from "./testing/accessibility.ts";
import { list, openSystemsFolder, openWindow, row } from "./testing/openWindow.tsx";

describe("a screen reader and a keyboard find their way through", () => {
  test("the welcome screen", async () => {
    openWindow({ session: { kind: "signed_out", reason: null } });
    await screen.findByRole("button", { name: "Sign in with your browser" });
    await expectAccessible();
  });

  test("the sign-in under way", async () => {
    openWindow({ session: { kind: "signing_in", url: "http://127.0.0.1:4800/oauth/authorize" } });
    await screen.findByText("Go on in your browser");
    await expectAccessible();
  });

  test("the main window with a selected file, offline and with transfers", async () => {
    const { fake, user } = await openSystemsFolder();
    await user.click(await row("Consensus, lecture notes.pdf"));
    await screen.findByText("9f2c…e41b");
    fake.drop(["a.pdf"]);
    await screen.findByRole("region", { name: "Transfers" });
    fake.setOffline(true);
    await screen.findByText("You are offline");
    await expectAccessible();
  });

  test("a question about a change that cannot be sent", async () => {
    const { fake, user } = await openSystemsFolder();
    fake.setConflicts([RENAMED]);
    await user.click(await screen.findByRole("button", { name: "Review" }));
    await screen.findByRole("alertdialog", { name: "Renamed on both sides" });
    await expectAccessible();
  });

  test("an empty library", async () => {
    openWindow({ library: new FakeLibrary() });
    await screen.findByText("Drop a file here");
    await expectAccessible();
  });

  test("the menu of a file", async () => {
    const { user } = await openSystemsFolder();
    await user.pointer({ keys: "[MouseRight]", target: await row("Raft, annotated.pdf") });
    await screen.findByRole("menuitem", { name: /Copy public link/ });
    await expectAccessible();
  });

  test("the settings, from which the keyboard goes back to where it was", async () => {
    const { user } = await openSystemsFolder();
    const settings = screen.getByRole("button", { name: "Settings" });
    await user.click(settings);
    await screen.findByRole("dialog", { name: "Settings" });
    await expectAccessible();
    await user.keyboard("{Escape}");
    await expect.poll(() => document.activeElement).toBe(settings);
  });

  test("a menu, from which the keyboard goes back to the list", async () => {
    const { user } = await openSystemsFolder();
    await user.click(await row("Raft, annotated.pdf"));
    await user.keyboard("{ContextMenu}");
    await screen.findByRole("menuitem", { name: /Copy public link/ });
    await user.keyboard("{Escape}");
    const grid = await list();
    await expect.poll(() => document.activeElement).toBe(grid);
  });
});
