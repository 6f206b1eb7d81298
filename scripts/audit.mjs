// `npm run audit`: licences, sources and known weaknesses of everything that is built in. Needs the
// network; not a part of `npm test`.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { rootPath, toolsDir } from "./setup/folders.mjs";
import { answers, exitCode, must } from "./setup/processes.mjs";
import { run, step } from "./setup/say.mjs";

const DENY = "0.20.2";

await run(async () => {
  const folder = join(toolsDir, "cargo-deny");
  if (!answers("cargo", ["deny", "--version"]) && !existsSync(join(folder, "bin", "cargo-deny"))) {
    step("Installing cargo-deny");
    await must("cargo", ["install", "cargo-deny", "--locked", "--version", DENY, "--root", folder]);
  }
  process.env.PATH = `${join(folder, "bin")}:${process.env.PATH}`;
  step("Rust: licences, sources, duplicates");
  const rust = await exitCode("cargo", ["deny", "check", "licenses", "bans", "sources"], { cwd: rootPath });
  step("npm: signatures of the packages");
  const npm = await exitCode("npm", ["audit", "signatures"], { cwd: rootPath });
  return rust === 0 && npm === 0 ? 0 : 1;
});
