// The real app in a real window: `npm test -- e2e`.
//
// Each part gets a display and a session bus of its own, and a home folder that nobody used before.
// Programs are taken from NOTESPOT_BIN_DIR; screenshots go to test-output/screenshots. NOTESPOT_MANY_FILES
// says how many files the window has to take at once, where it is not the usual number.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, "..", "test-output");
const screenshots = join(output, "screenshots");

/** A keyring that is unlocked, as after a person's log-in. */
const KEYRING = "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";

const ALL = [
  { file: "walk.test.mjs", prepare: KEYRING },
  { file: "transfers.test.mjs", prepare: KEYRING },
  { file: "public-files.test.mjs", prepare: KEYRING },
  // Nothing serves secrets on this bus.
  { file: "without-keyring.test.mjs", prepare: "true" },
];

/** `node e2e/run.mjs transfers` runs the parts that are named. */
const named = process.argv.slice(2);
const PARTS = ALL.filter(({ file }) => named.length === 0 || named.some((name) => file.startsWith(name)));

rmSync(screenshots, { recursive: true, force: true });
mkdirSync(screenshots, { recursive: true });

let failed = 0;
for (const { file, prepare } of PARTS) {
  const home = mkdtempSync(join(tmpdir(), "notespot-e2e-"));
  const test = `node --test --test-reporter=spec ${JSON.stringify(join(here, file))}`;
  const code = await run("xvfb-run", [
    "-a", "-s", "-screen 0 1700x900x24", "dbus-run-session", "--", "bash", "-c", `${prepare}; exec ${test}`,
  ], home);
  if (code !== 0) failed += 1;
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`e2e: ${PARTS.length - failed} of ${PARTS.length} parts passed; screenshots in test-output/screenshots`);
process.exitCode = failed === 0 ? 0 : 1;

function run(program, args, home) {
  // What the person who runs this has set must not reach the app.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(XDG_|NOTESPOT_(?!BIN_DIR|MANY_FILES))/.test(name)));
  Object.assign(env, {
    HOME: home,
    XDG_CURRENT_DESKTOP: "GNOME",
    XDG_RUNTIME_DIR: home,
    NOTESPOT_SCREENSHOTS: screenshots,
    NO_AT_BRIDGE: "1",
    LANG: "C.UTF-8",
  });
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
