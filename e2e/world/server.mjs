// The real server, as a process of its own.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const programs = process.env.NOTESPOT_BIN_DIR;

const dataDir = () => join(process.env.HOME, "server");

/** A server with its data in the home folder; the port stays the same over restarts. */
export class Server {
  #process;
  #port = 0;

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start() {
    this.#port = await this.#run(this.#port);
  }

  /** Starts it on another port, where the window does not find it; gives its address. */
  async startElsewhere() {
    return `http://127.0.0.1:${await this.#run(0)}`;
  }

  /** A personal access token for everything. */
  token(email) {
    const flags = ["token", "create", "--email", email, "--data-dir", dataDir()];
    return execFileSync(join(programs, "notespot-server"), flags, { encoding: "utf8" }).trim();
  }

  async #run(port) {
    const flags = ["serve", "--listen", `127.0.0.1:${port}`, "--data-dir", dataDir()];
    this.#process = spawn(join(programs, "notespot-server"), flags, { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: this.#process.stdout })) {
      const ready = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line);
      if (ready) return Number(ready[1]);
    }
    throw new Error("The server ended before it was ready.");
  }

  async stop() {
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const [code] = await gone;
    if (code !== 0) throw new Error(`The server ended with ${code}.`);
  }
}
