// `npm test`: the whole proof, from nothing. `npm test -- rust ui` runs only the named parts.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildPrograms, buildUi, cargoEnv } from "./build.mjs";
import { programsDir, root, rootPath } from "./setup/folders.mjs";
import { installNpmPackages } from "./setup/npm-packages.mjs";
import { exitCode } from "./setup/processes.mjs";
import { detail, duration, run, step, Stop } from "./setup/say.mjs";
import { installSystemPackages, TO_RUN, TO_TEST } from "./setup/system-packages.mjs";
import { installMongoServer, installNextest, installS3Servers, installSchemathesis } from "./setup/test-tools.mjs";
import { checkToolchains } from "./setup/toolchains.mjs";

const npm = (name) => ["npm", ["run", "--silent", name]];
const cargo = (...args) => ["cargo", args];

/** What proptest draws from, unless the environment says: a run tells of the change in it, not of luck. */
const DRAWS = "20261127";

/** Each part is a name, what it proves, and the programs that prove it, in order. */
const PARTS = {
  style: { proves: "Formatting and the project's own rules", programs: [
    cargo("fmt", "--all", "--check"),
    npm("ui:format:check"),
    cargo("run", "--locked", "--quiet", "-p", "xtask", "--", "tidy"),
    ["node", ["docs/scale-model.mjs", "--check"]],
  ] },
  ui: { proves: "The web UI: types, lints, components", programs: [npm("ui:lint"), npm("ui:test")] },
  lints: { proves: "Rust lints", programs: [
    cargo("clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"),
  ] },
  rust: { proves: "Rust: units, stores, server, sign-in, transfers, command line", programs: [
    cargo("nextest", "run", "--locked", "--workspace"),
  ] },
  api: { proves: "The REST API against its own OpenAPI document", programs: [
    ["node", ["crates/server/tests/schemathesis/run.mjs"]],
  ] },
  e2e: { proves: "The real app in a real window, and the public page in a real browser", programs: [
    ["node", ["e2e/run.mjs"]],
  ] },
};

await run(async () => {
  const began = Date.now();
  const wanted = wantedParts(process.argv.slice(2));
  checkToolchains(root);
  await installSystemPackages([...TO_RUN, ...TO_TEST]);
  await installNpmPackages(root);
  const env = { ...cargoEnv, ...(await testEnvironment(wanted)) };
  await buildUi();
  if (["rust", "api", "e2e"].some((part) => wanted.includes(part))) {
    step("Building the programs");
    await buildPrograms(["notespot-testkit"]);
  }

  const rows = [];
  for (const part of wanted) rows.push(await prove(part, env));
  report(rows, Date.now() - began);
  return rows.every((row) => row.passed) ? 0 : 1;
});

function wantedParts(named) {
  const unknown = named.filter((part) => !(part in PARTS));
  if (unknown.length > 0) throw new Stop(`There is no part ${unknown.join(", ")}. The parts are: ${Object.keys(PARTS).join(", ")}.`);
  return named.length > 0 ? named : Object.keys(PARTS);
}

async function testEnvironment(wanted) {
  if (wanted.includes("rust")) {
    await installNextest();
    await installS3Servers();
    await installMongoServer();
  }
  if (wanted.includes("api")) await installSchemathesis();
  mkdirSync(join(rootPath, "test-output"), { recursive: true });
  const { PROPTEST_RNG_SEED = DRAWS } = process.env;
  return { NOTESPOT_BIN_DIR: programsDir, PROPTEST_RNG_SEED };
}

/** Runs all programs of a part, also after one failed: one run should show everything that is wrong. */
async function prove(part, env) {
  const { proves, programs } = PARTS[part];
  step(`${proves} (${part})`);
  const began = Date.now();
  let passed = true;
  for (const [program, args] of programs) {
    const code = await exitCode(program, args, { cwd: rootPath, env });
    if (code !== 0) {
      detail(`✗ ${program} ${args.join(" ")} ended with ${code}`);
      passed = false;
    }
  }
  return { part, passed, milliseconds: Date.now() - began };
}

function report(rows, total) {
  step("Result");
  for (const { part, passed, milliseconds } of rows) {
    detail(`${passed ? "✓" : "✗"} ${part.padEnd(6)} ${duration(milliseconds)}`);
  }
  const failed = rows.filter((row) => !row.passed).length;
  console.log(
    `test result: ${failed === 0 ? "ok" : "FAILED"}. ${rows.length - failed} parts passed; ${failed} failed; finished in ${duration(total)}`,
  );
}
