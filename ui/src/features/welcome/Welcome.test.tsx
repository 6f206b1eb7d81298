import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { ADA } from "../../platform/fake/createFake.ts";
import type { SessionState } from "../../platform/wire.ts";
import { openWindow, row } from "../../testing/openWindow.tsx";

const SIGNED_OUT: SessionState = { kind: "signed_out", reason: null };

test("the welcome screen names the server and says that it is reachable", async () => {
  openWindow({ session: SIGNED_OUT });
  expect(await screen.findByText(/Server:/)).toHaveTextContent("Server: 127.0.0.1:4800 · reachable");
});

test("a server that cannot be reached is told of, and asked again when wanted", async () => {
  const { fake, user } = openWindow({ session: SIGNED_OUT });
  await screen.findByText(/Server:/);
  fake.setOffline(true);
  expect(await screen.findByText(/not reachable/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(fake.calls.some(({ command }) => command === "checkServer")).toBe(true);
});

test("signing in goes on in the browser, can be cancelled, and ends in the files", async () => {
  const { fake, user } = openWindow({ session: SIGNED_OUT });
  await user.click(await screen.findByRole("button", { name: "Sign in with your browser" }));
  expect(await screen.findByText("Go on in your browser")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  await user.click(await screen.findByRole("button", { name: "Sign in with your browser" }));
  await screen.findByText("Go on in your browser");
  fake.change({ session: ADA });
  await row("Semester 5");
});

test("the address can be copied for a browser that did not open", async () => {
  const { fake, user } = openWindow({
    session: { kind: "signing_in", url: "http://127.0.0.1:4800/oauth/authorize" },
  });
  await user.click(await screen.findByText("No page has opened?"));
  await user.click(screen.getByRole("button", { name: "Copy the address" }));
  expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
  expect(fake.clipboard).toBe("http://127.0.0.1:4800/oauth/authorize");
});

test("why somebody was signed out is said", async () => {
  const reason = {
    code: "not_signed_in",
    message: "Your session was ended from another place.",
    request_id: null,
  } as const;
  openWindow({ session: { kind: "signed_out", reason } });
  expect(await screen.findByRole("alert")).toHaveTextContent("Your session was ended from another place.");
});

test("a sign-in that cannot begin says why", async () => {
  const { fake, user } = openWindow({ session: SIGNED_OUT });
  fake.failNext("signIn", {
    code: "browser_unavailable",
    message: "No browser could be started.",
    request_id: null,
  });
  await user.click(await screen.findByRole("button", { name: "Sign in with your browser" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("No browser could be started.");
});

test("another server is used once its address is right", async () => {
  const { fake, user } = openWindow({ session: SIGNED_OUT });
  await user.click(await screen.findByRole("button", { name: "Use another server…" }));
  const field = await screen.findByRole("textbox", { name: "Address" });
  await user.clear(field);
  await user.type(field, "notes{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("An address begins with https:// or http://.");
  await user.clear(field);
  await user.type(field, "https://notes.example.edu{Enter}");
  await waitFor(() => {
    expect(fake.state().server.url).toBe("https://notes.example.edu");
  });
  expect(await screen.findByText(/Server:/)).toHaveTextContent("notes.example.edu");
});
