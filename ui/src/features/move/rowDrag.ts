// Rows that are dragged with the mouse. The system's own drag and drop is for files from outside: the shell takes it
// for itself, and the page never hears of it on every platform.

import type { NodeId, ViewRow } from "../../platform/wire.ts";
import { formatItems } from "../../format/bytes.ts";
import styles from "./rowDrag.module.css";

/** Where rows may be let go. */
export type DropTarget = { kind: "trash" } | { kind: "folder"; id: NodeId | null; name: string };

const FAR_ENOUGH_PX = 6;
const EDGE_PX = 36;
const SCROLL_PX = 14;

/** What an element says of itself to be dropped on. */
export function dropOn(target: DropTarget) {
  return target.kind === "trash"
    ? { "data-drop": "trash" }
    : { "data-drop": `folder:${target.id ?? ""}`, "data-drop-name": target.name };
}

type Drag = {
  rows: ViewRow[];
  /** Scrolls while the pointer is near its upper or lower edge. */
  list: HTMLElement | null;
  onDrop: (target: DropTarget) => void;
  /** The button was let go where it was pressed. */
  onClick: () => void;
};

/** Follows the mouse from the press of its button until it is let go; Escape, or leaving the window, gives up. */
export function followDrag(start: { clientX: number; clientY: number }, drag: Drag): void {
  const dragged = new Set(drag.rows.map(({ id }) => id));
  const listening = new AbortController();
  let badge: HTMLElement | null = null;
  let over: Element | null = null;

  const stop = () => {
    listening.abort();
    badge?.remove();
    over?.removeAttribute("data-drop-over");
    delete document.documentElement.dataset["dragging"];
  };

  const move = (event: MouseEvent) => {
    const distance = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
    if (badge === null && distance < FAR_ENOUGH_PX) return;
    badge ??= badgeOf(drag.rows);
    badge.style.transform = `translate(${event.clientX + 14}px, ${event.clientY + 10}px)`;
    scrollAtEdge(drag.list, event.clientY);
    const next = placeUnder(event.target, dragged);
    if (next === over) return;
    over?.removeAttribute("data-drop-over");
    next?.setAttribute("data-drop-over", "");
    over = next;
  };

  const letGo = (event: MouseEvent) => {
    const isDragged = badge !== null;
    const place = isDragged ? placeUnder(event.target, dragged) : null;
    const target = place === null ? null : targetOf(place);
    stop();
    if (!isDragged) drag.onClick();
    else if (target !== null) drag.onDrop(target);
  };

  const { signal } = listening;
  addEventListener("mousemove", move, { signal });
  addEventListener("mouseup", letGo, { signal });
  addEventListener("blur", stop, { signal });
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || badge === null) return;
      event.stopPropagation();
      stop();
    },
    { signal, capture: true },
  );
}

function badgeOf(rows: ViewRow[]): HTMLElement {
  const badge = document.createElement("div");
  badge.className = styles["badge"] ?? "";
  badge.textContent = rows.length === 1 ? (rows[0]?.name ?? "") : formatItems(rows.length);
  badge.setAttribute("aria-hidden", "true");
  document.body.append(badge);
  document.documentElement.dataset["dragging"] = "";
  return badge;
}

/** The place under the pointer; what is being dragged is none. */
function placeUnder(under: EventTarget | null, dragged: ReadonlySet<NodeId>): Element | null {
  const place = under instanceof Element ? under.closest("[data-drop]") : null;
  const target = place === null ? null : targetOf(place);
  return target?.kind === "folder" && target.id !== null && dragged.has(target.id) ? null : place;
}

function targetOf(place: Element): DropTarget | null {
  const said = place.getAttribute("data-drop");
  if (said === "trash") return { kind: "trash" };
  if (said === null) return null;
  const id = said.slice("folder:".length);
  return { kind: "folder", id: id === "" ? null : id, name: place.getAttribute("data-drop-name") ?? "" };
}

function scrollAtEdge(list: HTMLElement | null, y: number): void {
  if (list === null) return;
  const { top, bottom } = list.getBoundingClientRect();
  if (y > top && y < top + EDGE_PX) list.scrollTop -= SCROLL_PX;
  else if (y < bottom && y > bottom - EDGE_PX) list.scrollTop += SCROLL_PX;
}
