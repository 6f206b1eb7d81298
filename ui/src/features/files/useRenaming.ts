// Which row's name is being typed over, and who has the keyboard before and after.

import { type RefObject, useCallback, useRef, useState } from "react";
import type { NodeId } from "../../platform/wire.ts";
import { onlyOne, type Selection } from "./selection.ts";

type RenamingOptions = { grid: RefObject<HTMLElement | null>; selection: Selection; isTrash: boolean };

type Renaming = {
  /** The row whose name is a field. */
  id: NodeId | null;
  start: () => void;
  end: () => void;
  /** Begins when the menu is gone: the menu's last act is to give the keyboard back. */
  chooseInMenu: () => void;
  menuEvents: { onOpenChange: (open: boolean) => void; onOpenChangeComplete: (open: boolean) => void };
  /** What has the keyboard after the menu; nothing where the field of the new name takes it itself. */
  returnFocus: () => HTMLElement | false | null;
};

export function useRenaming({ grid, selection, isTrash }: RenamingOptions): Renaming {
  const [id, setId] = useState<NodeId | null>(null);
  const isChosen = useRef(false);

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
    chooseInMenu: () => {
      isChosen.current = true;
    },
    menuEvents: {
      onOpenChange: (open) => {
        if (open) isChosen.current = false;
      },
      onOpenChangeComplete: (open) => {
        if (!open && isChosen.current) start();
      },
    },
    returnFocus: () => (isChosen.current ? false : grid.current),
  };
}
