// What each key does while the list of public files has the keyboard.

import type { KeyboardEvent, RefObject } from "react";
import { HEAD_PX, ROW_PX } from "../files/FileRows.tsx";
import { publicRowId } from "./PublicRow.tsx";
import type { PublicPlace } from "./usePublicPlace.ts";

type PublicKeysOptions = {
  grid: RefObject<HTMLElement | null>;
  /** The selected row; -1 for none. */
  at: number;
  total: number;
  standOn: (index: number) => void;
  place: PublicPlace;
};

export function usePublicKeys(options: PublicKeysOptions): (event: KeyboardEvent) => void {
  const { grid, at, total, standOn, place } = options;

  function target(key: string): number | null {
    const pageRows = Math.max(1, Math.floor(((grid.current?.clientHeight ?? 0) - HEAD_PX) / ROW_PX) - 1);
    const to: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + pageRows,
      PageUp: at - pageRows,
      Home: 0,
      End: total - 1,
    };
    return to[key] ?? null;
  }

  function act(event: KeyboardEvent): boolean {
    if (event.altKey || event.metaKey) return false;
    const to = event.ctrlKey ? null : target(event.key);
    if (to !== null) standOn(to);
    else if (event.key === "Enter" && place.selected) place.actions.openPage(place.selected);
    else if (event.key === "Escape") place.select(null);
    else if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10"))
      openMenu(grid.current, at);
    else return false;
    return true;
  }

  return (event) => {
    if (event.target === event.currentTarget && act(event)) event.preventDefault();
  };
}

/** Opens the menu of the selected row, as a right click there would. */
function openMenu(grid: HTMLElement | null, at: number) {
  const row = grid?.querySelector(`#${publicRowId(Math.max(0, at))}`);
  if (!row) return;
  const { left, bottom } = row.getBoundingClientRect();
  const place = { clientX: left + HEAD_PX, clientY: bottom - 4 };
  row.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, ...place }));
}
