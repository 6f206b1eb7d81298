// Which row's name is being typed over, and who has the keyboard before and after it and the menu.

import { type RefObject, useCallback, useRef, useState } from "react";
import type { NodeId } from "../../platform/wire.ts";
import { onlyOne, type Selection } from "./selection.ts";

type RenamingOptions = { grid: RefObject<HTMLElement | null>; selection: Selection; isTrash: boolean };

type Renaming = {
  /** The row whose name is a field. */
  id: NodeId | null;
  start: () => void;
  end: () => void;
  /**
   * For what takes the keyboard: it begins when the menu is gone, and the list has the keyboard, which is where it
   * comes back to.
   */
  afterMenu: (work: () => void) => () => void;
  menuEvents: { onOpenChange: (open: boolean) => void; onOpenChangeComplete: (open: boolean) => void };
  /** What has the keyboard after the menu; nothing where the field of the new name takes it itself. */
  returnFocus: () => HTMLElement | false | null;
};

export function useRenaming({ grid, selection, isTrash }: RenamingOptions): Renaming {
  const [id, setId] = useState<NodeId | null>(null);
  const chosen = useRef<(() => void) | null>(null);

  const start = () => {
    const row = onlyOne(selection);
    if (row !== undefined && !isTrash) setId(row.id);
  };

  const end = useCallback(() => {
    setId(null);
    grid.current?.focus({ preventScroll: true });
  }, [grid]);

  return {
    id,
    start,
    end,
    afterMenu: (work) => () => {
      chosen.current = work;
    },
    menuEvents: {
      onOpenChange: (open) => {
        if (open) chosen.current = null;
      },
      onOpenChangeComplete: (open) => {
        if (open || chosen.current === null) return;
        grid.current?.focus({ preventScroll: true });
        chosen.current();
      },
    },
    returnFocus: () => (chosen.current === null ? grid.current : false),
  };
}
