import { describe, expect, test } from "vitest";
import { formatBytes, formatBytesFinely, formatPart } from "./bytes.ts";
import { kindOf, splitName } from "./names.ts";
import { formatTimeLeft, formatWhen } from "./times.ts";

test("sizes read as people write them", () => {
  expect([0, 1, 999, 6_000, 218_000, 999_499, 999_500, 3_100_000, 5_368_709_120].map(formatBytes)).toEqual([
    "0 bytes",
    "1 byte",
    "999 bytes",
    "6 KB",
    "218 KB",
    "999 KB",
    "1 MB",
    "3.1 MB",
    "5.4 GB",
  ]);
  expect(formatBytesFinely(18_400_000_000)).toBe("18.4 GB");
  expect(formatPart(1_200_000_000, 1_900_000_000)).toBe("1.2 of 1.9 GB");
  expect(formatPart(0, 0)).toBe("0 of 0 bytes");
});

describe("times are as short as they are clear", () => {
  const now = new Date(2026, 10, 22, 12, 0);
  const at = (...date: [number, number, number, number, number]) =>
    formatWhen(new Date(...date).toISOString(), now);

  test("today, yesterday, this year, before", () => {
    expect(at(2026, 10, 22, 10, 31)).toBe("Today 10:31");
    expect(at(2026, 10, 21, 23, 59)).toBe("Yesterday");
    expect(at(2026, 10, 12, 1, 0)).toBe("12 Nov");
    expect(at(2025, 10, 12, 1, 0)).toBe("12 Nov 2025");
  });

  test("time left", () => {
    expect([0, 26, 240, 8000].map(formatTimeLeft)).toEqual([
      "1 s left",
      "26 s left",
      "4 min left",
      "2 h left",
    ]);
  });
});

test("a name is shortened before its ending, and only where it has one", () => {
  expect(splitName("Consensus, notes.pdf")).toEqual({ stem: "Consensus, notes", ending: ".pdf" });
  expect(splitName(".gitignore")).toEqual({ stem: ".gitignore", ending: "" });
  expect(splitName("Version 2.0 as discussed on Monday")).toEqual({
    stem: "Version 2.0 as discussed on Monday",
    ending: "",
  });
  expect(kindOf("a.DOCX")).toEqual({ label: "DOC", group: "document" });
  expect(kindOf("Makefile")).toEqual({ label: "", group: "text" });
});
