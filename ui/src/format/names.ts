export type KindGroup = "pdf" | "document" | "image" | "archive" | "media" | "text";

const GROUPS: [KindGroup, string[]][] = [
  ["pdf", ["pdf"]],
  [
    "document",
    ["doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp", "key", "pages"],
  ],
  ["image", ["png", "jpg", "jpeg", "gif", "webp", "svg", "heic", "avif", "tif", "tiff", "bmp", "psd"]],
  ["archive", ["zip", "gz", "tgz", "xz", "zst", "7z", "rar", "tar", "bz2", "deb", "iso", "dmg"]],
  ["media", ["mp4", "mov", "mkv", "webm", "avi", "mp3", "flac", "wav", "ogg", "m4a", "opus"]],
];

const GROUP_OF = new Map(
  GROUPS.flatMap(([group, endings]) => endings.map((ending) => [ending, group] as const)),
);

/** A name as the part that may be shortened, and the ending (with its dot) that tells the kind. */
export function splitName(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf(".");
  const isEnding = dot > 0 && name.length - dot <= 9 && dot < name.length - 1;
  return isEnding ? { stem: name.slice(0, dot), ending: name.slice(dot) } : { stem: name, ending: "" };
}

/** The up to four letters on a file's badge, and the colour group. */
export function kindOf(name: string): { label: string; group: KindGroup } {
  const ending = splitName(name).ending.slice(1).toLowerCase();
  const group = GROUP_OF.get(ending) ?? "text";
  const label = ending === "docx" ? "doc" : ending.length > 4 ? "" : ending;
  return { label: label.toUpperCase(), group };
}
