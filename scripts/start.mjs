// `npm start`: the whole of Notespot on this machine, from nothing.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildPrograms, buildUi } from "./build.mjs";
import { programsDir, root } from "./setup/folders.mjs";
import { installNpmPackages } from "./setup/npm-packages.mjs";
import { detail, duration, run, step, Stop } from "./setup/say.mjs";
import { whoListens } from "./setup/port.mjs";
import { installSystemPackages, TO_RUN } from "./setup/system-packages.mjs";
import { checkToolchains } from "./setup/toolchains.mjs";

const listen = process.env.NOTESPOT_LISTEN || "127.0.0.1:4800";
const address = `http://${listen}`;

await run(async () => {
  const began = Date.now();
  // What cannot work is said before the long build, not after it.
  checkToolchains(root);
  checkDisplay();
  const listener = await whoListens(address);
  if (listener === "something else") throw new Stop(portTaken());

  await installSystemPackages(TO_RUN);
  await installNpmPackages(root);
  await buildUi();
  step("Building the programs");
  await buildPrograms();

  const server = listener === "notespot" ? undefined : await startServer();
  if (!server) detail(`A Notespot server is running at ${address} already: the window uses that one.`);
  try {
    step(`Opening the window, ${duration(Date.now() - began)} after the start`);
    return await showWindow();
  } finally {
    if (server) await stopServer(server);
  }
});

async function showWindow() {
  const window = spawn(join(programsDir, "notespot-desktop"), [], {
    stdio: "inherit",
    env: { ...process.env, NOTESPOT_SERVER: address },
  });
  // Ctrl+C and a kill close the window; the server is stopped once it is gone.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => window.kill("SIGTERM"));
  const [code, signal] = await once(window, "exit");
  return signal ? 0 : code;
}

function checkDisplay() {
  if (process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return;
  throw new Stop(
    "There is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. " +
      "Run this in a desktop session, or under `xvfb-run`. The server alone starts with `cargo run -p notespot-server`.",
  );
}

function portTaken() {
  const port = listen.slice(listen.lastIndexOf(":") + 1);
  return `Port ${port} is taken by another program. Stop that program, or choose another port: NOTESPOT_LISTEN=127.0.0.1:4801 npm start`;
}

async function startServer() {
  step(`Starting the server at ${address}`);
  const server = spawn(join(programsDir, "notespot-server"), ["serve", "--listen", listen], {
    stdio: ["ignore", "pipe", "inherit"],
    // A process group of its own: Ctrl+C reaches the window first, and the server is stopped after it.
    detached: true,
  });
  const ended = once(server, "exit").then(([code]) => {
    throw new Stop(`The server could not start (it ended with ${code}). Its own words are above.`);
  });
  await Promise.race([lineThatBegins(server.stdout, "listening on "), ended]);
  ended.catch(() => {});
  server.stdout.resume();
  return server;
}

async function lineThatBegins(stream, beginning) {
  for await (const line of createInterface({ input: stream })) {
    if (line.startsWith(beginning)) return line;
  }
  return new Promise(() => {});
}

async function stopServer(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  step("Stopping the server");
  const gone = once(server, "exit");
  server.kill("SIGTERM");
  await gone;
}
