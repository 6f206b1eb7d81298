import { fireEvent, render } from "@testing-library/react";
import { expect, test } from "vitest";
import { formatMoment } from "../../../format/times.ts";
import type { ViewRow } from "../../../platform/wire.ts";
import { columnsOf } from "../columns.ts";
import type { DrawnRow } from "./RowElement.ts";
import { RowElements } from "./RowElements.ts";
import { RowPrototype } from "./RowPrototype.tsx";

const PLAIN: ViewRow = {
  id: "n-1",
  kind: "file",
  name: "report.pdf",
  size: 2_000,
  items: null,
  modified_at: "2025-11-02T10:20:00Z",
  trashed_at: null,
  link: null,
  waiting: false,
  offline: null,
};
const FOLDER: ViewRow = { ...PLAIN, id: "n-2", kind: "folder", name: "Papers", size: null, items: 12 };

const MANY_ROWS: (ViewRow | undefined)[] = [
  undefined,
  PLAIN,
  FOLDER,
  { ...FOLDER, id: "n-3", trashed_at: "2025-11-05T08:00:00Z" },
  { ...PLAIN, id: "n-4", name: "no ending", link: { views: 0 }, waiting: true },
  { ...PLAIN, id: "n-5", name: "سجل.zip", link: { views: 1 }, offline: "kept" },
  { ...PLAIN, id: "n-6", name: "photo.jpg", link: { views: 1_200 }, modified_at: "2024-01-01T00:00:00Z" },
  { ...PLAIN, id: "n-7", offline: "fetching", waiting: true },
  { ...PLAIN, id: "n-8", offline: "waiting" },
  { ...PLAIN, id: "n-9", offline: "no_room" },
  { ...PLAIN, id: "n-10", offline: "failed" },
];
const FLAGS = { isSelected: false, isCursor: false, isCut: false, isRenaming: false };
const MANY_FLAGS = [FLAGS, { isSelected: true, isCursor: true, isCut: true, isRenaming: true }];

function elementsIn(source: "folder" | "trash" = "folder") {
  const prototype = document.createDocumentFragment();
  const columns = columnsOf(source === "trash" ? { kind: "trash" } : { kind: "folder", id: null });
  render(<RowPrototype columns={columns} into={prototype} />);
  const body = document.createElement("div");
  document.body.append(body);
  const field = document.createElement("span");
  return { body, field, elements: new RowElements(body, prototype, field) };
}

const drawn = (row: ViewRow | undefined, index = 0, more: Partial<DrawnRow> = {}): DrawnRow =>
  Object.assign({ row, index, top: index * 38 }, FLAGS, more);
const rowsFrom = (first: number, count: number, more: Partial<DrawnRow> = {}) =>
  Array.from({ length: count }, (_, step) =>
    drawn({ ...PLAIN, id: `row-${first + step}`, name: `${first + step}.txt` }, first + step, more),
  );
const indexes = (body: Element) => Array.from(body.children, (row) => Number(row.getAttribute("data-index")));

test.each(["folder", "trash"] as const)(
  "an element shows nothing of the row before: it is as a new one (%s)",
  (source) => {
    const states = MANY_ROWS.flatMap((row) => MANY_FLAGS.map((flags) => ({ row, flags })));
    const used = elementsIn(source);
    const wrong: string[] = [];
    for (const before of states)
      for (const after of states) {
        const fresh = elementsIn(source);
        used.elements.draw([drawn(before.row, 7, before.flags)], true);
        used.elements.draw([drawn(after.row, 3, after.flags)], true);
        fresh.elements.draw([drawn(after.row, 3, after.flags)], true);
        if (!used.body.isEqualNode(fresh.body)) wrong.push(used.body.innerHTML);
        fresh.elements.remove();
        fresh.body.remove();
      }
    expect(wrong).toEqual([]);
  },
);

test("says what a file and a folder are", () => {
  const { body, elements } = elementsIn();
  elements.draw([drawn({ ...PLAIN, link: { views: 2 } }, 0, { isSelected: true }), drawn(FOLDER, 1)], true);
  const [file, folder] = body.children;
  expect(file?.textContent).toBe("PDFreport.pdf2 views2 KB2 Nov 2025");
  expect(file).toHaveAttribute("aria-selected", "true");
  expect(file).toHaveAttribute("aria-busy", "false");
  expect(file).not.toHaveAttribute("data-drop");
  expect(file?.querySelector("bdi")).toHaveAttribute("title", "report.pdf");
  expect(folder?.textContent).toBe("Papers12 items2 Nov 2025");
  expect(folder).toHaveAttribute("data-drop", "folder:n-2");
  expect(folder).toHaveAttribute("data-drop-name", "Papers");
  expect(folder).toHaveAttribute("aria-rowindex", "3");
});

test("has no marks but those of its row", () => {
  const { body, elements } = elementsIn();
  const cases: { row: ViewRow; seen: boolean[] }[] = [
    { row: PLAIN, seen: [false, true, false, false] },
    { row: { ...FOLDER, waiting: true }, seen: [true, false, true, false] },
    { row: { ...PLAIN, link: { views: 0 } }, seen: [false, true, false, true] },
  ];
  for (const { row, seen } of cases) {
    elements.draw([drawn(row)], true);
    const name = body.querySelector("[data-column=name] > span");
    const marks = [
      name?.querySelector(":scope > svg"),
      name?.querySelector(":scope > span"),
      name?.querySelector(":scope > span:last-child"),
      body.querySelector("[data-column=link] > span"),
    ];
    expect(marks.map((mark) => mark?.hasAttribute("hidden") === false)).toEqual(seen);
  }
});

test("a row that is read shows in the element that stood for it", () => {
  const { body, elements } = elementsIn();
  elements.draw([drawn(undefined, 4)], true);
  const element = body.firstElementChild;
  expect(element).toHaveAttribute("aria-busy", "true");
  expect(element).not.toHaveAttribute("data-id");
  elements.draw([drawn(PLAIN, 4)], true);
  expect(body.firstElementChild).toBe(element);
  expect(element).toHaveAttribute("aria-busy", "false");
  expect(element).toHaveAttribute("data-id", "n-1");
});

test("rows that stay keep their elements, and those that come take what is free", () => {
  const { body, elements } = elementsIn();
  elements.draw(rowsFrom(0, 20), true);
  const before = new Map(Array.from(body.children, (row) => [row.getAttribute("data-index"), row]));
  elements.draw(rowsFrom(8, 20), false);
  expect(new Set(body.children)).toEqual(new Set(before.values()));
  for (let index = 8; index < 20; index += 1)
    expect(body.querySelector(`[data-index="${index}"]`)).toBe(before.get(String(index)));
});

test("is in the order of the rows when the list rests", () => {
  const { body, elements } = elementsIn();
  for (const first of [40, 33, 50, 12]) {
    elements.draw(rowsFrom(first, 20), false);
    elements.draw(rowsFrom(first, 30), true);
    expect(indexes(body)).toEqual(Array.from({ length: 30 }, (_, step) => first + step));
  }
});

test("has as many elements as there are rows", () => {
  const { body, elements } = elementsIn();
  elements.draw(rowsFrom(0, 20), true);
  elements.draw(rowsFrom(500, 5), false);
  expect(indexes(body).toSorted((a, b) => a - b)).toEqual([500, 501, 502, 503, 504]);
  elements.draw([], true);
  expect(body.children).toHaveLength(0);
});

test("the field of a new name goes with its row, and nobody takes the keyboard from it", () => {
  const { body, field, elements } = elementsIn();
  const input = document.createElement("input");
  field.append(input);
  const [first, second, third] = [drawn(PLAIN, 0), drawn(FOLDER, 1), drawn(undefined, 2)];
  elements.draw([first, second, { ...drawn({ ...PLAIN, id: "mine" }, 2), isRenaming: true }], true);
  input.focus();
  let blurs = 0;
  input.addEventListener("blur", () => (blurs += 1));
  // A change puts it first, and says another thing of it.
  const moved = drawn({ ...PLAIN, id: "mine", waiting: true }, 0, { isRenaming: true });
  elements.draw([moved, { ...first, index: 1 }, { ...second, index: 2 }, { ...third, index: 3 }], true);
  expect(field.closest("[data-index]")).toHaveAttribute("data-index", "0");
  expect(indexes(body)).toEqual([0, 1, 2, 3]);
  expect(body.ownerDocument.activeElement).toBe(input);
  expect(blurs).toBe(0);
});

test("a name stands where it was when its row comes back, and the field is elsewhere", () => {
  const { body, field, elements } = elementsIn();
  elements.draw(rowsFrom(0, 1, { isRenaming: true }), true);
  expect(body.querySelector("bdi")).toBeNull();
  elements.draw(rowsFrom(10, 2), false);
  expect(body.contains(field)).toBe(false);
  elements.draw([...rowsFrom(0, 1), ...rowsFrom(1, 1, { isRenaming: true })], true);
  expect(Array.from(body.children, (row) => row.contains(field))).toEqual([false, true]);
  expect(body.querySelector("bdi")?.textContent).toBe("0.txt");
});

test("tells a time whole when the pointer is on it, also that of the next row", () => {
  const { body, elements } = elementsIn();
  const times = [PLAIN.modified_at, "2024-01-01T00:00:00Z"];
  for (const modified_at of times) {
    elements.draw([drawn({ ...PLAIN, modified_at })], true);
    const time = body.querySelector("time");
    expect(time).not.toHaveAttribute("title");
    if (time !== null) fireEvent.mouseMove(time);
    expect(time).toHaveAttribute("title", formatMoment(modified_at));
  }
});

test("leaves nothing behind", () => {
  const { body, elements } = elementsIn();
  elements.draw(rowsFrom(0, 3), true);
  const time = body.querySelector("time");
  elements.remove();
  expect(body.childNodes).toHaveLength(0);
  if (time !== null) body.append(time);
  if (time !== null) fireEvent.mouseMove(time);
  expect(time).not.toHaveAttribute("title");
});
