// The person's hands and eyes on the desktop: mouse, keyboard, clipboard, links.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

const here = dirname(fileURLToPath(import.meta.url));

function xdotool(...args) {
  return execFileSync("xdotool", args.map(String), { encoding: "utf8" }).trim();
}

/** What the clipboard holds. */
export function clipboard() {
  return execFileSync("xclip", ["-selection", "clipboard", "-o"], { encoding: "utf8", timeout: 5000 });
}

/** Puts something else on the clipboard, so that a later look shows what was put there since. */
export function emptyClipboard() {
  execFileSync("xclip", ["-selection", "clipboard", "-i"], { input: "nothing", stdio: ["pipe", "ignore", "ignore"] });
}

/** Opens a link as a browser does: by the program that is registered for its scheme. */
export async function openLink(url) {
  const opening = spawn("gio", ["open", url], { stdio: "inherit" });
  await once(opening, "exit");
}

/** A running app that ends at the moment when a second start hands over to it. */
export async function endingApp() {
  const app = spawn("/usr/bin/python3", [join(here, "ending-app.py")], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  app.stdout.on("data", (chunk) => {
    said += chunk;
  });
  await until("an app that is running", () => {
    if (app.exitCode !== null) throw new Error(`it ended with ${app.exitCode}`);
    return said !== "";
  });
  return app;
}

/** Drags files from another program, and drops them in the middle of the window. */
export async function dropFiles(paths, { shift = false } = {}) {
  const source = spawn("/usr/bin/python3", [join(here, "drag-source.py"), ...paths], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: source.stdout })[Symbol.asyncIterator]();
  const [x, y] = (await lines.next()).value.split(" ").map(Number);
  xdotool("mousemove", x, y, "mousedown", 1);
  if (shift) xdotool("keydown", "shift");
  // A drag is many small movements: GTK begins it after a few pixels, and asks targets on the way.
  for (let step = 1; step <= 10; step += 1) {
    xdotool("mousemove", Math.round(x + ((600 - x) * step) / 10), Math.round(y + ((420 - y) * step) / 10), "sleep", 0.08);
  }
  return {
    async release() {
      xdotool("mouseup", 1);
      if (shift) xdotool("keyup", "shift");
      await lines.next();
      source.kill();
    },
  };
}

/** Types a path into the file dialog that is open, and confirms it. */
export async function answerFileDialog(title, path) {
  const window = await focusDialog(title);
  xdotool("key", "--window", window, "ctrl+l");
  xdotool("key", "ctrl+a");
  xdotool("type", "--delay", 15, path);
  // GTK completes the path as it is typed, and shows outside of itself nothing of it: confirmed too
  // early, it takes what it had completed by then.
  xdotool("sleep", 0.5, "key", "Return");
  await dialogCloses(title);
}

/** Takes the home folder in the dialog for folders that is open. A path that is typed there is completed by what lies inside. */
export async function chooseHomeFolder(title) {
  const window = await focusDialog(title);
  const { WIDTH, HEIGHT } = Object.fromEntries(
    xdotool("getwindowgeometry", "--shell", window).split("\n").map((line) => line.split("=")),
  );
  xdotool("key", "alt+Home", "sleep", 0.5);
  // The button in the corner, which is dead until the folder was read.
  xdotool("mousemove", "--window", window, WIDTH - 48, HEIGHT - 22, "click", 1);
  await dialogCloses(title);
}

async function focusDialog(title) {
  const window = await until(`the dialog “${title}”`, () => xdotool("search", "--onlyvisible", "--name", `^${title}$`).split("\n")[0]);
  xdotool("windowfocus", "--sync", window);
  return window;
}

function dialogCloses(title) {
  return until(`the dialog “${title}” to close`, () => {
    try {
      return xdotool("search", "--onlyvisible", "--name", `^${title}$`) === "";
    } catch {
      return true;
    }
  });
}
