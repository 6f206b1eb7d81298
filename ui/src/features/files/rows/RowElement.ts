import type { ViewRow } from "../../../platform/wire.ts";
import { dropOn } from "../../move/rowDrag.ts";
import { type Cell, CELLS } from "./cells.ts";
import { attribute, differing, part } from "./write.ts";

/** What a row shows. */
export type DrawnRow = {
  /** `undefined` while it is read. */
  row: ViewRow | undefined;
  index: number;
  /** Pixels from the top of the list. */
  top: number;
  isSelected: boolean;
  isCursor: boolean;
  /** It was cut, to be pasted elsewhere. */
  isCut: boolean;
  /** The field of a new name stands in place of its name. */
  isRenaming: boolean;
};

export const rowElementId = (index: number) => `row-${index}`;

/** The element of a row: a copy of the prototype, which shows one row after the other. */
export class RowElement {
  readonly element: HTMLElement;
  readonly #cells: Cell[];
  readonly #place: (index: number) => void;
  readonly #top: (top: number) => void;
  readonly #states: Record<"selected" | "busy" | "cursor" | "cut", ReturnType<typeof attribute>>;
  readonly #identify: (row: ViewRow | undefined) => void;
  readonly #edit: (isRenaming: boolean) => void;
  #shown: DrawnRow | null = null;

  constructor(prototype: ParentNode, field: Element) {
    const element = document.importNode(part(prototype, "[role=row]"), true);
    this.element = element;
    this.#cells = [];
    for (const [id, make] of Object.entries(CELLS)) {
      const cell = element.querySelector(`[data-column=${id}]`);
      if (cell !== null) this.#cells.push(make(cell, prototype));
    }
    this.#place = placeOf(element);
    this.#top = differing((top) => {
      element.style.transform = `translateY(${top}px)`;
    });
    this.#states = {
      selected: attribute(element, "aria-selected"),
      busy: attribute(element, "aria-busy"),
      cursor: attribute(element, "data-cursor"),
      cut: attribute(element, "data-cut"),
    };
    this.#identify = identityOf(element);
    this.#edit = editIn(part(element, "[data-column=name]"), field);
  }

  /** Whether the new name of this row is being typed in it. */
  edits(row: ViewRow | undefined): boolean {
    return this.#shown?.isRenaming === true && this.#shown.row?.id === row?.id;
  }

  show(drawn: DrawnRow): void {
    const { row, index, top, isSelected, isCursor, isCut, isRenaming } = drawn;
    this.#place(index);
    this.#top(top);
    this.#states.selected(isSelected);
    this.#states.busy(row === undefined);
    this.#states.cursor(isCursor || null);
    this.#states.cut(isCut || null);
    this.#edit(isRenaming);
    if (this.#shown === null || this.#shown.row !== row) {
      this.#identify(row);
      for (const cell of this.#cells) cell(row);
    }
    this.#shown = drawn;
  }
}

function placeOf(element: Element): (index: number) => void {
  return differing((index) => {
    element.id = rowElementId(index);
    // The header is the first row of the grid.
    element.setAttribute("aria-rowindex", String(index + 2));
    element.setAttribute("data-index", String(index));
  });
}

function identityOf(element: Element): (row: ViewRow | undefined) => void {
  const id = attribute(element, "data-id");
  const drop = attribute(element, "data-drop");
  const dropName = attribute(element, "data-drop-name");
  return (row) => {
    id(row?.id ?? null);
    const isPlace = row?.kind === "folder" && row.trashed_at === null;
    const said = isPlace ? dropOn({ kind: "folder", id: row.id, name: row.name }) : null;
    drop(said?.["data-drop"] ?? null);
    dropName(said?.["data-drop-name"] ?? null);
  };
}

function editIn(cell: Element, field: Element): (isRenaming: boolean) => void {
  const name = part(cell, ":scope > span");
  return (isRenaming) => {
    const wanted = isRenaming ? field : name;
    // Another row may have taken the field meanwhile.
    if (wanted.parentNode !== cell) cell.replaceChildren(wanted);
  };
}
