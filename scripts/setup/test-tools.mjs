// Programs that only the tests use, kept in a folder of the user's cache from run to run.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { toolsDir } from "./folders.mjs";
import { answers, must } from "./processes.mjs";
import { detail, step } from "./say.mjs";

const NEXTEST = "0.9.143";

/** Makes `cargo nextest` available: the one on the PATH, or one built here once. */
export async function installNextest() {
  if (answers("cargo", ["nextest", "--version"])) return;
  const folder = join(toolsDir, "nextest");
  if (!existsSync(join(folder, "bin", "cargo-nextest"))) {
    step("Installing cargo-nextest");
    detail("It is built from its source, once: about five minutes on two cores.");
    await must("cargo", ["install", "cargo-nextest", "--locked", "--version", NEXTEST, "--root", folder]);
  }
  process.env.PATH = `${join(folder, "bin")}:${process.env.PATH}`;
}
