// Something of each kind, so that the calls find what they ask for.

import { randomUUID } from "node:crypto";

/** SHA-256 and CRC-64/NVME of nothing. */
const EMPTY = {
  sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  crc64nvme: "AAAAAAAAAAA=",
};

/** Of each kind: calls that delete find some, and leave some. */
const MANY = 12;

/**
 * Makes a folder with files in it, links that the catalogue lists, uploads that are open, and something in the trash.
 *
 * @returns {Promise<Record<string, string[]>>} what they are known by: for each dictionary of schemathesis.toml
 */
export async function makeThings(server, token) {
  const call = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(server + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const folder = await call("POST", "/v1/nodes", { client_ref: randomUUID(), name: "Lectures" });
  const trashed = await call("POST", "/v1/nodes", { client_ref: randomUUID(), name: "Old lectures" });
  await call("POST", `/v1/nodes/${trashed.id}/trash`);
  const things = { files: [], slugs: [], uploads: [] };
  for (let number = 1; number <= MANY; number += 1) {
    const file = await upload(call, { ...announced(`Lecture ${number}.pdf`, 0), parent: folder.id });
    const { slug } = await call("POST", "/v1/links", { node: file.id });
    await call("PATCH", `/v1/links/${slug}`, { listed: true });
    const { id } = done(await call("POST", "/v1/uploads", { items: [announced(`Under way ${number}.txt`, 5)] }));
    things.files.push(file.id);
    things.slugs.push(slug);
    things.uploads.push(id);
  }
  const damaged = await upload(call, { ...announced("Torn page.pdf", 0), parent: folder.id });
  return { ...things, damaged_file: [damaged.id], damaged_version: [damaged.content.version] };
}

function announced(name, size) {
  return { client_ref: randomUUID(), parent: null, name, size };
}

async function upload(call, file) {
  const parts = [{ number: 1, size: 0, crc64nvme: EMPTY.crc64nvme }];
  const { id, requests } = done(await call("POST", "/v1/uploads", { items: [{ ...file, parts }] }));
  const { method, url, headers } = requests[0].request;
  const sent = await fetch(url, { method, headers, body: "" });
  if (!sent.ok) throw new Error(`The object store refused: ${sent.status} ${await sent.text()}`);
  return done(await call("POST", "/v1/uploads/complete", { items: [{ id, ...EMPTY }] }));
}

function done({ items: [item] }) {
  if (item.result !== "done") throw new Error(JSON.stringify(item));
  return item.value;
}
