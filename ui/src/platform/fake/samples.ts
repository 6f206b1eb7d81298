// The files of the drawn window, so that the two can be laid side by side.

import type { NodeId } from "../wire.ts";
import { FakeLibrary } from "./library.ts";

const DAY_MS = 86_400_000;
const SHA256 = "9f2c04b17d3a5e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e41b";

export const FOLDERS = { semester: "f-semester", systems: "f-systems", papers: "f-papers", lab: "f-lab" };

/** Local time so many days ago, so that "Today 10:31" is today wherever this runs. */
function ago(days: number, hour = 9, minute = 12): string {
  const date = new Date(Date.now() - days * DAY_MS);
  date.setHours(hour, minute, 0, 0);
  return date.toISOString();
}

export function sampleLibrary(): FakeLibrary {
  const library = new FakeLibrary();
  const folder = (id: NodeId, parent: NodeId | null, name: string, days: number) => {
    const at = ago(days);
    library.add({
      id,
      parent,
      kind: "folder",
      name,
      description: "",
      content: null,
      created_at: at,
      modified_at: at,
      trashed_at: null,
    });
  };
  const file = (
    parent: NodeId | null,
    name: string,
    size: number,
    modified_at: string,
    more: { id?: NodeId; description?: string } = {},
  ) => addFile(library, parent, name, size, modified_at, more);

  folder(FOLDERS.semester, null, "Semester 5", 2);
  folder(FOLDERS.systems, FOLDERS.semester, "Distributed systems", 1);
  folder(FOLDERS.papers, FOLDERS.systems, "Papers", 11);
  folder(FOLDERS.lab, FOLDERS.systems, "Lab recordings", 15);
  for (let paper = 1; paper <= 64; paper += 1)
    file(FOLDERS.papers, `Paper ${paper}.pdf`, 80_000 * paper, ago(20 + paper));
  for (let take = 1; take <= 9; take += 1)
    file(FOLDERS.lab, `Recording ${take}.wav`, 9_000_000 * take, ago(15));

  const notes = file(FOLDERS.systems, "Consensus, lecture notes.pdf", 3_100_000, ago(0, 10, 31), {
    id: "notes",
    description: "Lectures 4 to 6, with the proofs redone.",
  });
  file(FOLDERS.systems, "Project proposal v4.docx", 218_000, ago(0), { id: "proposal" });
  const topology = file(FOLDERS.systems, "cluster-topology.png", 1_400_000, ago(1));
  file(FOLDERS.systems, "Seminar 2026-11-18.mp4", 1_900_000_000, ago(5));
  const trace = file(FOLDERS.systems, "trace-dataset.zip", 840_000_000, ago(6));
  file(FOLDERS.systems, "reading-list.md", 6_000, ago(8));
  file(FOLDERS.systems, "Raft, annotated.pdf", 1_200_000, ago(9));
  file(FOLDERS.systems, "Exam 2025 with solutions.pdf", 920_000, ago(14));

  for (const [node, views, downloads] of [
    [notes, 412, 96],
    [topology, 7, 2],
    [trace, 1, 1],
  ] as const) {
    library.links.set(node.id, { ...library.link(node.id), views, downloads });
  }
  const old = file(null, "Old draft.txt", 4_200, ago(40));
  library.change(old.id, { trashed_at: ago(3) });
  return library;
}

/** Names that break layouts, and more rows than anybody wants to draw. */
export function hardLibrary(rows: number): FakeLibrary {
  const library = new FakeLibrary();
  addFile(library, null, `${"A very long name that goes on and on ".repeat(6)}.pdf`, 12, ago(0));
  addFile(library, null, "تقرير الفصل الخامس، النسخة النهائية.pdf", 1_234_567, ago(1));
  addFile(library, null, "סיכום הרצאה 3.docx", 88_000, ago(2));
  addFile(library, null, "Übung 🙂 Größe & Maß.md", 900, ago(3));
  for (let row = 1; row <= rows; row += 1)
    addFile(library, null, `Measurement ${row}.csv`, row * 1_000, ago(row % 300));
  return library;
}

export function addFile(
  library: FakeLibrary,
  parent: NodeId | null,
  name: string,
  size: number,
  modified_at: string,
  more: { id?: NodeId; description?: string } = {},
) {
  const content = {
    version: `v-${name}`,
    size,
    content_type: contentTypeOf(name),
    sha256: SHA256,
    uploaded_at: modified_at,
  };
  return library.add({
    parent,
    kind: "file",
    name,
    description: "",
    content,
    created_at: modified_at,
    modified_at,
    trashed_at: null,
    ...more,
  });
}

function contentTypeOf(name: string): string {
  if (name.endsWith(".pdf")) return "application/pdf";
  if (name.endsWith(".png")) return "image/png";
  if (name.endsWith(".md")) return "text/markdown";
  return "application/octet-stream";
}

/** Something to look at, whatever is asked for. */
export function previewOf(what: string): string {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90"><title>${what}</title>
    <rect width="160" height="90" fill="#cfe3ff"/><circle cx="120" cy="26" r="12" fill="#fff3b0"/>
    <path d="M0 90 50 34 84 70 112 46 160 90Z" fill="#5b8c5a"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}
