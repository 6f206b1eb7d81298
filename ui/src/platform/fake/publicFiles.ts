// The public files of the fake.

import type { Cursor, ListedFile, PublicFiles } from "../wire.ts";

const PAGE = 100;
const HOUR_MS = 3_600_000;

export function publicFile(name: string, more: Partial<ListedFile> = {}): ListedFile {
  const slug = `p${name.replace(/\W/g, "")}`;
  return {
    slug,
    url: `https://notespot.app/s/${slug}`,
    name,
    size: 1_200_000,
    content_type: "application/pdf",
    description: "",
    shared_by: "Grace Hopper",
    listed_at: new Date(Date.now() - HOUR_MS).toISOString(),
    ...more,
  };
}

export function samplePublicFiles(): ListedFile[] {
  return [
    publicFile("Compilers, an introduction.pdf", {
      description: "Twelve lectures with exercises. Corrections are welcome.",
      size: 4_100_000,
    }),
    publicFile("whirlwind-dataset.zip", {
      shared_by: "Katherine Johnson",
      size: 840_000_000,
      content_type: "application/zip",
    }),
    publicFile("תרגיל 3, פתרון.docx", { shared_by: "נועה לוי", size: 88_000 }),
    publicFile(`${"A very long name that goes on and on ".repeat(6)}.md`, { shared_by: "", size: 900 }),
    ...Array.from({ length: 230 }, (_, index) =>
      publicFile(`Measurement ${index + 1}.csv`, {
        shared_by: "Ada Lovelace",
        size: (index + 1) * 1000,
        content_type: "text/csv",
        listed_at: new Date(Date.now() - (index + 2) * 5 * HOUR_MS).toISOString(),
      }),
    ),
  ];
}

export function pageOf(files: ListedFile[], search: string, after: Cursor | null): PublicFiles {
  const from = after === null ? 0 : Number(after);
  const found = files.filter((file) => file.name.toLowerCase().includes(search.toLowerCase()));
  const end = from + PAGE;
  return { files: found.slice(from, end), next: end < found.length ? String(end) : null };
}
