// Rust and Node: the two things that a person brings along.

import { readFileSync } from "node:fs";
import { output } from "./processes.mjs";
import { Stop } from "./say.mjs";

const NODE = [20, 19, 0];

/** Stops with a sentence when Rust or Node is missing or too old. */
export function checkToolchains(root) {
  const rust = wantedRust(root);
  const found = output("cargo", ["--version"]);
  if (found === undefined) {
    throw new Stop(`Rust is not installed: \`cargo\` is not on the PATH. Install Rust ${text(rust)} or newer with rustup (rustup.rs), then run this again.`);
  }
  refuseOlder("Rust", versionIn(found), rust, "Run `rustup update stable`, then run this again.");
  refuseOlder("Node", versionIn(process.version), NODE, "Install a newer one, then run this again.");
}

function wantedRust(root) {
  const manifest = readFileSync(new URL("Cargo.toml", root), "utf8");
  return versionIn(/^rust-version = "([^"]+)"/m.exec(manifest)?.[1] ?? "");
}

function versionIn(words) {
  const [, major = 0, minor = 0, patch = 0] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(words) ?? [];
  return [major, minor, patch].map(Number);
}

function refuseOlder(name, found, wanted, advice) {
  const first = found.findIndex((part, at) => part !== wanted[at]);
  if (first >= 0 && found[first] < wanted[first]) {
    throw new Stop(`${name} ${text(found)} is too old: Notespot needs ${text(wanted)} or newer. ${advice}`);
  }
}

const text = (version) => version.join(".");
