import { describe, expect, test } from "vitest";
import { filterIn, withFilter } from "./filters.ts";

describe("filters in a search", () => {
  test("are words of its text", () => {
    expect(filterIn("report kind:PDF", "kind")).toBe("pdf");
    expect(filterIn("report", "kind")).toBeNull();
    expect(filterIn('"kind:pdf" mankind:x', "kind")).toBeNull();
  });

  test("are set, replaced and taken away, and leave the rest as it was", () => {
    expect(withFilter("", "kind", "pdf")).toBe("kind:pdf");
    expect(withFilter('"annual report" kind:pdf x', "kind", "image")).toBe('"annual report" x kind:image');
    expect(withFilter("a Kind:pdf b", "kind", null)).toBe("a b");
    expect(withFilter("size:>1mb", "kind", "pdf")).toBe("size:>1mb kind:pdf");
  });
});
