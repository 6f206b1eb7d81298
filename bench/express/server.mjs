// The list and one node, from the file that our server's metadata is in, with Express and better-sqlite3: as their
// documentation shows it. `node server.mjs FILE [WORKERS]` says the port that it listens on.

import cluster from "node:cluster";
import { createHash } from "node:crypto";
import Database from "better-sqlite3";
import express from "express";

const [file, workers = "1"] = process.argv.slice(2);

const PAGE_DEFAULT = 200;
const PAGE_MAX = 1000;
const FILE = 1;
const COLUMNS = `id, parent, kind, name, description, tags, created_at, modified_at, trashed_at, revision, version, size,
  content_type, sha256, uploaded_at, sort_key`;

if (cluster.isPrimary && workers !== "1") {
  for (let started = 0; started < Number(workers); started++) cluster.fork();
  let listening = 0;
  cluster.on("listening", (_, { port }) => {
    listening += 1;
    if (listening === Number(workers)) console.log(`listening on http://127.0.0.1:${port}`);
  });
} else {
  serve();
}

function serve() {
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  const tokens = db.prepare("SELECT owner, scopes FROM tokens WHERE hash = ? AND (ends_at IS NULL OR ends_at > ?)");
  const node = db.prepare(`SELECT ${COLUMNS} FROM nodes WHERE id = ? AND owner = ?`);
  const firstPage = db.prepare(`
    SELECT ${COLUMNS} FROM nodes WHERE owner = @owner AND parent = @parent AND trashed_at IS NULL
    ORDER BY kind, sort_key, id LIMIT @limit`);
  const nextPage = db.prepare(`
    SELECT ${COLUMNS} FROM nodes WHERE owner = @owner AND parent = @parent AND trashed_at IS NULL
    AND (kind, sort_key, id) > (@kind, @name, @id)
    ORDER BY kind, sort_key, id LIMIT @limit`);

  const app = express();
  app.use(express.json());

  app.use((request, response, next) => {
    const [scheme, token] = (request.get("authorization") ?? "").split(" ");
    const hash = createHash("sha256").update(token ?? "").digest();
    const found = scheme.toLowerCase() === "bearer" ? tokens.get(hash, Date.now()) : undefined;
    if (!found) return response.status(401).json({ error: "Sign in." });
    if (!JSON.parse(found.scopes).includes("read")) return response.status(403).json({ error: "Not with this token." });
    request.owner = found.owner;
    next();
  });

  app.get("/v1/nodes", (request, response) => {
    const limit = Math.min(Math.max(Number(request.query.limit ?? PAGE_DEFAULT), 1), PAGE_MAX);
    const parent = blobOf(request.query.parent);
    const asked = { owner: request.owner, parent, limit: limit + 1 };
    const rows = request.query.cursor
      ? nextPage.all({ ...asked, ...positionOf(request.query.cursor) })
      : firstPage.all(asked);
    const more = rows.length > limit;
    if (more) rows.pop();
    response.json({ items: rows.map(nodeOf), next: more ? cursorOf(rows.at(-1)) : null });
  });

  app.get("/v1/nodes/:id", (request, response) => {
    const row = node.get(blobOf(request.params.id), request.owner);
    if (!row) return response.status(404).json({ error: "There is no such file." });
    response.json(nodeOf(row));
  });

  const server = app.listen(0, "127.0.0.1", () => {
    if (cluster.isPrimary) console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
}

function nodeOf(row) {
  return {
    id: uuidOf(row.id),
    parent: row.parent.length ? uuidOf(row.parent) : null,
    kind: row.kind === FILE ? "file" : "folder",
    name: row.name,
    description: row.description,
    tags: JSON.parse(row.tags),
    content: row.version && {
      version: uuidOf(row.version),
      size: row.size,
      content_type: row.content_type,
      sha256: row.sha256.toString("hex"),
      uploaded_at: timeOf(row.uploaded_at),
    },
    created_at: timeOf(row.created_at),
    modified_at: timeOf(row.modified_at),
    trashed_at: row.trashed_at && timeOf(row.trashed_at),
    revision: row.revision,
  };
}

function timeOf(millis) {
  return new Date(millis).toISOString();
}

function uuidOf(blob) {
  const hex = blob.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function blobOf(uuid = "") {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

function cursorOf({ kind, sort_key, id }) {
  return Buffer.from(JSON.stringify([kind, sort_key, id.toString("hex")])).toString("base64url");
}

function positionOf(cursor) {
  const [kind, name, id] = JSON.parse(Buffer.from(cursor, "base64url"));
  return { kind, name, id: Buffer.from(id, "hex") };
}
