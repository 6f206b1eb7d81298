// Where things are built and kept.

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, as a URL that ends with a slash. */
export const root = new URL("../../", import.meta.url);

/** The checkout, as a path. */
export const rootPath = fileURLToPath(root);

/**
 * Where cargo builds: `NOTESPOT_TARGET_DIR` where it is set, so that several checkouts share one
 * build; else cargo's own choice; else `target` in the checkout.
 */
export const targetDir = process.env.NOTESPOT_TARGET_DIR || process.env.CARGO_TARGET_DIR || join(rootPath, "target");

/** Where cargo puts the programs of a development build. */
export const programsDir = join(targetDir, "debug");

/** Programs that the tests bring along, kept from run to run. */
export const toolsDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "notespot", "tools");
