import { render, screen, waitFor } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { App } from "../App.tsx";
import { createFake, type Fake, type FakeOptions } from "../platform/fake/createFake.ts";

export type OpenWindow = { fake: Fake; user: UserEvent };

/** The whole window over the fake platform, as a person finds it. */
export function openWindow(options?: FakeOptions): OpenWindow {
  const fake = createFake(options);
  render(<App platform={fake.platform} />);
  return { fake, user: userEvent.setup() };
}

/** The window, in the folder of the drawn picture. */
export async function openSystemsFolder(options?: FakeOptions): Promise<OpenWindow> {
  const window = openWindow(options);
  await window.user.dblClick(await row("Semester 5"));
  await window.user.dblClick(await row("Distributed systems"));
  await row("Consensus, lecture notes.pdf");
  return window;
}

/** The row of a file or folder, once it is there. */
export async function row(name: string): Promise<HTMLElement> {
  return await waitFor(() => {
    const rows = document.querySelectorAll<HTMLElement>("[role=grid] [data-index]");
    const found = Array.from(rows).find((each) => each.querySelector("bdi")?.title === name);
    if (found === undefined) throw new Error(`${name} is not in the list`);
    return found;
  });
}

export async function list(): Promise<HTMLElement> {
  return await screen.findByRole("grid");
}

/** The names in the list, from the top. */
export function shownNames(): string[] {
  return Array.from(document.querySelectorAll("[role=gridcell] bdi"), (name) => name.textContent);
}

export function selectedNames(): string[] {
  const rows = document.querySelectorAll("[role=row][aria-selected=true] bdi");
  return Array.from(rows, (name) => name.textContent);
}
