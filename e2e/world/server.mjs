// The real server, as a process of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const programs = process.env.NOTESPOT_BIN_DIR;

/** A server with its data in the home folder; the port stays the same over restarts. */
export class Server {
  #process;
  #port = 0;

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start() {
    const flags = ["serve", "--listen", `127.0.0.1:${this.#port}`, "--data-dir", join(process.env.HOME, "server")];
    this.#process = spawn(join(programs, "notespot-server"), flags, { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: this.#process.stdout })) {
      const ready = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line);
      if (ready) {
        this.#port = Number(ready[1]);
        return;
      }
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
