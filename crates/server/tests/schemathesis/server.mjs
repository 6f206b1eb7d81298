// The real server, with everything in a folder that nobody used before.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { programsDir } from "../../../../scripts/setup/folders.mjs";

const program = join(process.env.NOTESPOT_BIN_DIR || programsDir, "notespot-server");

/** Where it has to end when it is asked to: it gives calls that are under way 20 seconds. */
const END_MS = 60_000;

export class Server {
  #folder = mkdtempSync(join(tmpdir(), "notespot-api-"));
  #process;
  url;

  /** Starts it on a port of its own. What it logs is kept. @param {Record<string, string>} env what is set for it */
  async start(env) {
    const flags = ["serve", "--listen", "127.0.0.1:0", "--data-dir", this.#dataDir];
    this.#process = spawn(program, flags, { stdio: ["ignore", "pipe", "pipe"], env: { ...plainEnv(), ...env } });
    this.#process.stderr.pipe(createWriteStream(this.#logFile));
    for await (const line of createInterface({ input: this.#process.stdout })) {
      this.url = /^listening on (http:\S+)$/.exec(line)?.[1];
      if (this.url) return;
    }
    throw new Error(`The server ended before it was ready:\n${this.log()}`);
  }

  /** Makes an account, with the server's own command. */
  addUser(email, name, password) {
    const flags = ["user", "add", "--email", email, "--name", name, "--password-stdin", "--data-dir", this.#dataDir];
    execFileSync(program, flags, { input: password, env: plainEnv() });
  }

  /** A personal access token for everything, made with the server's own command. */
  token(email) {
    const flags = ["token", "create", "--email", email, "--data-dir", this.#dataDir];
    return execFileSync(program, flags, { encoding: "utf8", env: plainEnv() }).trim();
  }

  /** What it has logged. */
  log() {
    return readFileSync(this.#logFile, "utf8");
  }

  /** Ends it, and says what it logged; its data goes. */
  async stop() {
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const late = setTimeout(() => this.#process.kill("SIGKILL"), END_MS);
    const [code, signal] = await gone;
    clearTimeout(late);
    const log = this.log();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    if (code !== 0) throw new Error(`The server ended with ${code ?? signal}:\n${log.slice(-4000)}`);
    return log;
  }

  get #dataDir() {
    return join(this.#folder, "data");
  }

  get #logFile() {
    return join(this.#folder, "log");
  }
}

/** What the person who runs this has set must not reach the server. */
function plainEnv() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NOTESPOT|CLERK)_/.test(name)));
}
