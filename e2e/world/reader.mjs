// A program that files are opened with: it writes down what it was given.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until.mjs";

const noted = join(process.env.HOME, "was-given");

/** Makes it the person's program for these media types, as an installed program is. */
export function installReader(...mediaTypes) {
  const program = join(process.env.HOME, "reader");
  const script = `#!/bin/sh\ncp "$1" '${noted}.content'\nprintf %s "$1" >'${noted}.new'\nmv '${noted}.new' '${noted}'\n`;
  writeFileSync(program, script, { mode: 0o755 });
  const applications = join(process.env.HOME, ".local/share/applications");
  mkdirSync(applications, { recursive: true });
  const entry = `[Desktop Entry]\nType=Application\nName=Reader\nExec=${program} %f\nMimeType=${mediaTypes.join(";")};\n`;
  writeFileSync(join(applications, "reader.desktop"), entry);
  execFileSync("xdg-mime", ["default", "reader.desktop", ...mediaTypes]);
}

/** What it was given since it was last asked. */
export async function whatWasRead() {
  await until("the program to be given a file", () => existsSync(noted));
  const path = readFileSync(noted, "utf8");
  const content = readFileSync(`${noted}.content`);
  rmSync(noted);
  return { path, content, isWritable: (statSync(path).mode & 0o222) !== 0 };
}
