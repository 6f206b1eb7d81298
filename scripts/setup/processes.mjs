// Running other programs.

import { spawn, spawnSync } from "node:child_process";
import { Stop } from "./say.mjs";

/** Whether a program is there and answers `--version` (or the arguments given). */
export function answers(program, args = ["--version"]) {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

/** What a program prints, trimmed; `undefined` when it is absent or fails. */
export function output(program, args) {
  const result = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Runs a program to its end with its output shown.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>, why?: string}} [options] `why` is
 *   what to say when it fails.
 */
export async function must(program, args, { why, ...options } = {}) {
  const code = await exitCode(program, args, options);
  if (code !== 0) {
    throw new Stop(why ?? `\`${program} ${args.join(" ")}\` ended with ${code}. Its own words are above.`);
  }
}

/** Runs a program to its end with its output shown, and gives its exit code. */
export function exitCode(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options, env: { ...process.env, ...options.env } });
    child.once("error", (error) =>
      reject(error.code === "ENOENT" ? new Stop(`\`${program}\` is not installed, or not on the PATH.`) : error),
    );
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}
