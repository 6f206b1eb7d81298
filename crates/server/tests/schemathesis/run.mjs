// The REST API against its own OpenAPI document: `npm test -- api`.
//
// Schemathesis makes requests out of the document of a real server, which holds to it and which do not, and compares
// the answers with the document. Once as somebody who is not known, once as a person who signed in. What it is told
// beside that is in schemathesis.toml. NOTESPOT_SCHEMATHESIS_SEED takes another road than the usual one.

import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rootPath } from "../../../../scripts/setup/folders.mjs";
import { exitCode } from "../../../../scripts/setup/processes.mjs";
import { detail, duration, run, step } from "../../../../scripts/setup/say.mjs";
import { signIn } from "./person.mjs";
import { Server } from "./server.mjs";
import { makeThings } from "./things.mjs";

const here = dirname(fileURLToPath(import.meta.url));
/** Reports, and the dictionaries that schemathesis.toml names. */
const output = join(rootPath, "test-output", "schemathesis");

const SEED = process.env.NOTESPOT_SCHEMATHESIS_SEED || "20261127";
/** Requests of the longest phases to each call: a number, not a time, so that a slow machine finds the same. */
const EXAMPLES = { anonymous: "8", "signed in": "30" };

const [EMAIL, PASSWORD] = ["ada@example.org", "correct horse battery"];

await run(async () => {
  mkdirSync(output, { recursive: true });
  const webhookSecret = `whsec_${randomBytes(24).toString("base64")}`;
  const server = new Server();
  server.addUser(EMAIL, "Ada Lovelace", PASSWORD);
  await server.start({ CLERK_WEBHOOK_SECRET: webhookSecret });
  const wrong = [];
  try {
    const things = await makeThings(server.url, server.token(EMAIL));
    for (const [name, ids] of Object.entries(things)) {
      writeFileSync(join(output, `${name}.dict`), ids.map((id) => `"${id}"\n`).join(""));
    }
    const person = await signIn(server.url, EMAIL, PASSWORD);
    for (const [who, token] of [["anonymous", undefined], ["signed in", person]]) {
      if (!(await passes(server.url, who, token, webhookSecret))) wrong.push(`Schemathesis found something, ${who}`);
    }
  } finally {
    const log = await server.stop();
    // What is signed and no webhook is an error on Clerk's side, and is noted as one; so is what a caller found damaged.
    const expected = /a webhook of Clerk's cannot be read|a download found a file damaged/;
    const errors = log.split("\n").filter((line) => / ERROR |panicked at/.test(line) && !expected.test(line));
    if (errors.length > 0) wrong.push(`the server logged errors:\n${errors.slice(0, 20).join("\n")}`);
  }
  wrong.forEach((what) => detail(`✗ ${what}`));
  return wrong.length === 0 ? 0 : 1;
});

/** Whether every answer is as the document says, and none a failure of the server. */
async function passes(url, who, token, webhookSecret) {
  step(`Schemathesis, ${who}: seed ${SEED}`);
  const began = Date.now();
  const args = ["--config-file", join(here, "schemathesis.toml"), "run", `${url}/openapi.json`];
  args.push("--seed", SEED, "--max-examples", EXAMPLES[who], "--generation-database", "none");
  args.push("--report", "junit", "--report-junit-path", join(output, `${who.replace(" ", "-")}.xml`));
  if (token) args.push("--header", `Authorization: Bearer ${token}`);
  const env = { CLERK_WEBHOOK_SECRET: webhookSecret, PYTHONDONTWRITEBYTECODE: "1" };
  const code = await exitCode("schemathesis", args, { cwd: here, env });
  detail(`It took ${duration(Date.now() - began)}.`);
  return code === 0;
}
