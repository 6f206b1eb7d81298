// Builds what both commands need: the web UI, and the programs that embed or serve it.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { programsDir, root, rootPath, targetDir } from "./setup/folders.mjs";
import { must } from "./setup/processes.mjs";
import { detail, step } from "./setup/say.mjs";

/** Environment of every cargo call. */
export const cargoEnv = { CARGO_TARGET_DIR: targetDir };

/** Builds ui/dist, unless it was built from exactly these sources before. */
export async function buildUi() {
  const stamp = new URL("ui/dist/.sources", root);
  const now = digestOfUiSources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;

  step("Building the window's web UI");
  await must("npm", ["run", "--silent", "ui:build"], { cwd: rootPath });
  writeFileSync(stamp, now);
}

/** Builds the desktop app, the server and the command line, and the programs of further packages. */
export async function buildPrograms(further = []) {
  if (!existsSync(programsDir)) {
    detail("This is the first build: it takes ten to fifteen minutes on two cores. Later ones take seconds.");
  }
  const packages = ["notespot-desktop", "notespot-server", "notespot-cli", ...further].flatMap((name) => ["-p", name]);
  await must("cargo", ["build", "--locked", "--bins", ...packages], {
    cwd: rootPath,
    env: cargoEnv,
    why: "The build failed. What the compiler says is above.",
  });
}

function digestOfUiSources() {
  const digest = createHash("sha256");
  const sources = ["package-lock.json", ...listFiles("ui", ["dist", "node_modules"])].sort();
  for (const path of sources) {
    digest.update(`${path}\0`).update(readFileSync(new URL(path, root)));
  }
  return digest.digest("hex");
}

function listFiles(folder, except) {
  return readdirSync(new URL(`${folder}/`, root), { withFileTypes: true }).flatMap((entry) => {
    if (except.includes(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? listFiles(path, except) : [path];
  });
}
