// Conflicts to test and to look at.

import type { EditConflict } from "../../platform/wire.ts";

export const RENAMED: EditConflict = {
  id: 7,
  node: "raft",
  name: "Raft, with comments.pdf",
  kind: "rename",
  why: "changed_there",
  mine: "Raft (annotated).pdf",
  theirs: "Raft, with comments.pdf",
  failure: null,
  choices: ["mine", "theirs"],
};

export const DELETED: EditConflict = {
  ...RENAMED,
  id: 8,
  name: "trace-dataset.zip",
  kind: "describe",
  why: "deleted_there",
  mine: "All traces of the 2026 run",
  theirs: null,
  choices: ["theirs"],
};

export const LINK_ENDED: EditConflict = { ...DELETED, id: 9, kind: "list", why: "link_ended", mine: null };
