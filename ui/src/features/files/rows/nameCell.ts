import { badgeClass } from "../../../components/KindBadge.tsx";
import { kindOf, splitName } from "../../../format/names.ts";
import type { OfflineState, ViewRow } from "../../../platform/wire.ts";
import { attribute, differing, part, presence, textIn } from "./write.ts";

/** Says what the cell of a name shows. `prototype` has a mark for each state of what is kept offline. */
export function nameCell(cell: Element, prototype: ParentNode): (row: ViewRow | undefined) => void {
  const bdi = part(cell, "bdi");
  const folder = presence(part(cell, ":scope > span > svg"));
  const badge = badgeIn(part(cell, ":scope > span > span"));
  const title = attribute(bdi, "title");
  const stem = textIn(emptied(part(bdi, ":first-child")));
  const ending = textIn(emptied(part(bdi, ":last-child")));
  const mark = markAfter(bdi, prototype);
  const waiting = presence(part(cell, ":scope > span > span:last-child"));

  return (row) => {
    const name = splitName(row?.name ?? "");
    folder(row?.kind === "folder");
    badge(row?.kind === "file" ? row.name : null);
    title(row?.name ?? null);
    stem(name.stem);
    ending(name.ending);
    mark(row?.offline ?? null);
    waiting(row?.waiting === true);
  };
}

function badgeIn(element: Element): (name: string | null) => void {
  const isThere = presence(element);
  const className = attribute(element, "class");
  const letters = textIn(emptied(element));
  return (name) => {
    isThere(name !== null);
    const { label, group } = kindOf(name ?? "");
    className(badgeClass(group));
    letters(label);
  };
}

/** Few rows have a mark, so that it is copied when it is needed. */
function markAfter(name: Element, prototype: ParentNode): (state: OfflineState | null) => void {
  let shown: Node | null = null;
  return differing((state) => {
    shown?.parentNode?.removeChild(shown);
    shown = state === null ? null : part(prototype, `[data-state="${state}"]`).cloneNode(true);
    if (shown !== null) name.parentNode?.insertBefore(shown, name.nextSibling);
  });
}

function emptied(element: Element): Element {
  element.replaceChildren();
  return element;
}
