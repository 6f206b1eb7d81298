// The built page, and rows that are made when they are asked for.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("dist", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2" };

/** A server on a port of its own. */
export async function serve() {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/rows") {
    const [offset, limit] = [Number(searchParams.get("offset")), Number(searchParams.get("limit"))];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(Array.from({ length: limit }, (_, step) => row(offset + step))));
    return;
  }
  const file = join(dist, pathname === "/" ? "index.html" : pathname);
  const content = await readFile(file).catch(() => null);
  response.writeHead(content === null ? 404 : 200, { "content-type": TYPES[extname(file)] ?? "text/plain" });
  response.end(content);
}

const ENDINGS = ["pdf", "jpg", "docx", "xlsx", "png", "mp4", "txt", "zip"];

function row(index) {
  return {
    id: `00000000-0000-7000-8000-${String(index).padStart(12, "0")}`,
    kind: index < 100 ? "folder" : "file",
    name: index < 100 ? `Folder ${index}` : `Annual report ${index}.${ENDINGS[index % ENDINGS.length]}`,
    size: index < 100 ? null : (index * 7919) % 900_000_000,
    items: index < 100 ? index : null,
    modified_at: new Date(1_790_000_000_000 - index * 60_000).toISOString(),
    trashed_at: null,
    link: index % 9 === 0 ? { views: index % 40 } : null,
    waiting: false,
    offline: null,
  };
}
