// The filters of a search, as words in its text: what a button sets can be typed, and the other way round.

export type FilterKey = "kind" | "date" | "size" | "link" | "is";

export type FilterOption = { value: string; label: string };

export type Filter = { key: FilterKey; label: string; options: FilterOption[] };

export const FILTERS: Filter[] = [
  {
    key: "kind",
    label: "Kind",
    options: [
      { value: "folder", label: "Folders" },
      { value: "document", label: "Documents" },
      { value: "pdf", label: "PDF" },
      { value: "image", label: "Images" },
      { value: "video", label: "Videos" },
      { value: "audio", label: "Audio" },
      { value: "spreadsheet", label: "Spreadsheets" },
      { value: "presentation", label: "Presentations" },
      { value: "archive", label: "Archives" },
      { value: "text", label: "Text and code" },
    ],
  },
  {
    key: "date",
    label: "Changed",
    options: [
      { value: "today", label: "Today" },
      { value: "yesterday", label: "Yesterday" },
      { value: "week", label: "In the last 7 days" },
      { value: "month", label: "In the last 30 days" },
    ],
  },
  {
    key: "size",
    label: "Size",
    options: [
      { value: "<1mb", label: "Less than 1 MB" },
      { value: ">1mb", label: "More than 1 MB" },
      { value: ">10mb", label: "More than 10 MB" },
      { value: ">100mb", label: "More than 100 MB" },
      { value: ">1gb", label: "More than 1 GB" },
    ],
  },
  {
    key: "link",
    label: "Link",
    options: [
      { value: "yes", label: "With a public link" },
      { value: "no", label: "Without a public link" },
    ],
  },
  {
    key: "is",
    label: "Offline",
    options: [{ value: "offline", label: "Available offline" }],
  },
];

/** The value of a filter in a text; `null` where it has none. The last one counts, as the last one set. */
export function filterIn(text: string, key: FilterKey): string | null {
  const word = wordsOf(text).findLast((each) => isOf(each, key));
  return word === undefined ? null : word.slice(key.length + 1).toLowerCase();
}

/** The text with another value of a filter; without it for `null`. */
export function withFilter(text: string, key: FilterKey, value: string | null): string {
  const others = wordsOf(text).filter((word) => !isOf(word, key));
  return [...others, ...(value === null ? [] : [`${key}:${value}`])].join(" ");
}

const isOf = (word: string, key: FilterKey) => word.toLowerCase().startsWith(`${key}:`);

/** What stands between quotation marks is one word. */
function wordsOf(text: string): string[] {
  return text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}
