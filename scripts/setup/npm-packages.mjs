// npm packages, exactly as the lock file has them.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { must } from "./processes.mjs";
import { step } from "./say.mjs";

/** Installs what the lock file names, unless this very lock file was installed before. */
export async function installNpmPackages(root) {
  const lock = createHash("sha256").update(readFileSync(new URL("package-lock.json", root))).digest("hex");
  const stamp = new URL("node_modules/.notespot-lock", root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;

  step("Installing npm packages");
  // Not `npm ci`: it refuses a lock file that lacks the builds of other systems (optional
  // dependencies that the registry did not have when it was written). This takes the same versions
  // with the same checksums, and leaves the lock file as it is.
  await must("npm", ["install", "--no-save", "--no-audit", "--no-fund"], { cwd: root });
  writeFileSync(stamp, lock);
}
