// How large documents and index entries are: BSON as bsonspec.org has it, of the rows in
// crates/metadata/src/mongodb/rows, and the indexes of crates/metadata/src/mongodb/schema.rs.

import { code, daily, lengths, owned, people, storage, USERS } from "./assumptions.mjs";

// A value's bytes in a document, and about as many in an index's key.
const text = (length) => ({ bson: 4 + length + 1, key: length + 2 });
const long = { bson: 8, key: 5 };
const date = { bson: 8, key: 9 };
const flag = { bson: 1, key: 1 };
const uuid = { bson: 4 + 1 + 16, key: 19 };
const hash = { bson: 4 + 1 + 32, key: 35 };
const nothing = { bson: 0, key: 1 };
const document = (fields) => ({ bson: bsonBytes(fields), key: 0 });
const list = (values) => document(Object.fromEntries(values.map((value, at) => [at, value])));

/** A document: its length, each field's type, name and value, and an end. */
export function bsonBytes(fields) {
  const each = Object.entries(fields).map(([name, value]) => 1 + Buffer.byteLength(name) + 1 + value.bson);
  return 4 + each.reduce((sum, bytes) => sum + bytes, 0) + 1;
}

const owner = text(lengths.userId);
const name = text(lengths.fileName);
const objectKey = text(lengths.objectKey);
const contentType = text(lengths.contentType);

const content = { version: uuid, content_type: contentType, sha256: hash, uploaded_at: date };
const folder = {
  _id: uuid, owner, parent: uuid, kind: long, name, unique_key: name, sort_key: name, description: text(0),
  tags: list([]), size: long, created_at: date, modified_at: date, untrashed: flag, revision: long,
}; // prettier-ignore
const slug = text(lengths.slug);

/** A document of each collection, by its fields. */
export const rows = {
  users: {
    _id: owner, name: text(lengths.personName), quota: long, used: long, promised: long, revision: long, horizon: long,
    turn: long, email: text(lengths.email),
  }, // prettier-ignore
  files: { ...folder, content: document(content) },
  folders: { ...folder, client_ref: uuid },
  versions: {
    _id: uuid, owner, node: uuid, size: long, content_type: contentType, sha256: hash, uploaded_at: date,
    source_modified_at: date, object_key: objectKey, vouched: flag,
  }, // prettier-ignore
  uploads: {
    _id: uuid, owner, client_ref: uuid, parent: uuid, name, on_conflict: text(9), size: long, content_type: contentType,
    source_modified_at: date, object_key: objectKey, multipart_id: nothing, part_bytes: long, part_count: long,
    checksum: text(9), state: text(9), node: uuid, created_at: date,
  }, // prettier-ignore
  links: {
    _id: slug, owner, node: uuid, created_at: date, living: flag, views: long, downloads: long, listed: flag,
    revision: long,
  }, // prettier-ignore
  slugs: { _id: slug, owner },
  link_counts: { _id: slug, owner, views: long, downloads: long },
  tombstones: { _id: { bson: 12, key: 13 }, owner, revision: long, node: uuid, deleted_at: date },
  tokens: {
    _id: hash, id: uuid, owner, name: text(lengths.personName), scopes: list([text(6), text(6)]), created_at: date,
    ends_at: date, used_at: date,
  }, // prettier-ignore
};

const of = (each) => USERS * each;
const versions = of(owned.files * owned.versionsOfAFile);

/** How many documents there are. */
export const counts = {
  users: USERS,
  files: of(owned.files),
  folders: of(owned.folders),
  versions,
  uploads: of(people.activeInADay * daily.uploads * code.uploadsKeptDays),
  links: of(owned.links),
  slugs: of(owned.links),
  link_counts: of(owned.links),
  tombstones: of(owned.tombstones),
  tokens: of(owned.tokens),
};

// What an entry shares with the one before it is not stored again. The rest, as a share of the field.
const OWNER = [owner, 0.02];
const PARENT = [uuid, 0.1];
const KIND = [long, 0.05];
const NAME = [name, 0.7];
const SIZE = [long, 0.8];
const TIME = [date, 0.6];
const REVISION = [long, 0.4];
const ID = [uuid, 0.95];
const KEY = [objectKey, 1];

const nodes = counts.files + counts.folders;
const here = nodes * (1 - owned.shareInTrash);
const trashed = nodes * owned.shareInTrash;
const living = of(owned.livingLinks);

/** Indexes: entries, and their fields. */
export const indexes = {
  users: { _id: [USERS, [[owner, 0.8]]], by_email: [USERS, [[text(lengths.email), 0.8]]] },
  nodes: {
    _id: [nodes, [ID]],
    unique_names: [here, [OWNER, PARENT, NAME]],
    by_client_ref: [counts.folders, [OWNER, ID]],
    by_revision: [nodes, [OWNER, REVISION]],
    by_parent: [nodes, [OWNER, PARENT, ID]],
    by_name: [here, [OWNER, PARENT, KIND, NAME, ID]],
    by_size: [here, [OWNER, PARENT, KIND, SIZE, ID]],
    by_modified: [here, [OWNER, PARENT, KIND, TIME, ID]],
    anywhere_by_name: [here, [OWNER, KIND, NAME, ID]],
    anywhere_by_size: [here, [OWNER, KIND, SIZE, ID]],
    anywhere_by_modified: [here, [OWNER, KIND, TIME, ID]],
    "trashed_by_name, _size, _modified": [3 * trashed, [OWNER, KIND, NAME, ID, TIME]],
    trashed_by_time: [trashed, [TIME]],
  },
  versions: {
    _id: [versions, [ID]],
    by_node: [versions, [OWNER, ID]],
    by_object: [versions, [OWNER, KEY]],
    by_content: [versions, [OWNER, SIZE, [hash, 1], KEY]],
  },
  uploads: {
    _id: [counts.uploads, [ID]],
    by_client_ref: [counts.uploads, [OWNER, ID]],
    by_time: [counts.uploads, [TIME]],
  },
  links: {
    _id: [counts.links, [[slug, 0.8]]],
    living: [living, [OWNER, ID, TIME, [slug, 1]]],
    newest: [living, [OWNER, TIME]],
    by_revision: [counts.links, [OWNER, REVISION]],
    listed: [of(owned.listedLinks), [TIME, [slug, 1], NAME, [owner, 1], ID]],
  },
  slugs: { "_id, and its hash": [2 * counts.slugs, [[slug, 0.8]]], by_owner: [counts.slugs, [OWNER]] },
  link_counts: { _id: [counts.link_counts, [[slug, 0.8]]], by_owner: [counts.link_counts, [OWNER]] },
  tombstones: {
    _id: [counts.tombstones, [ID]],
    by_revision: [counts.tombstones, [OWNER, REVISION]],
    by_node: [counts.tombstones, [OWNER, ID]],
    by_time: [counts.tombstones, [TIME]],
  },
  tokens: {
    "_id, and its hash": [2 * counts.tokens, [[hash, 0.9]]],
    by_owner: [counts.tokens, [OWNER, TIME]],
  },
};

/** Bytes of one entry on its page, with what the page leaves free. */
export function entryBytes(fields) {
  const stored = fields.reduce((sum, [value, share]) => sum + value.key * share, storage.entryBytes);
  return stored / storage.pageFill;
}

/** Bytes of all indexes of a collection. */
export function indexBytes(collection) {
  const all = Object.values(indexes[collection]);
  return all.reduce((sum, [entries, fields]) => sum + entries * entryBytes(fields), 0);
}

/** Of each collection: documents, bytes each, bytes on the disk, bytes of indexes. One copy. */
export function collections() {
  const one = (name, kinds) => {
    const documents = kinds.reduce((sum, kind) => sum + counts[kind], 0);
    const bson = kinds.reduce((sum, kind) => sum + counts[kind] * bsonBytes(rows[kind]), 0);
    const disk = bson * storage.blockCompression;
    return { name, documents, each: bson / documents, bson, disk, index: indexBytes(name) };
  };
  const alone = ["versions", "uploads", "links", "slugs", "link_counts", "tombstones", "tokens"].map((name) =>
    one(name, [name]),
  );
  return [one("users", ["users"]), one("nodes", ["files", "folders"]), ...alone];
}
