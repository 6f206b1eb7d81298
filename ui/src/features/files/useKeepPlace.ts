import { useEffect, useEffectEvent, useRef } from "react";
import type { NodeId, OpenedView } from "../../platform/wire.ts";
import type { Places } from "../shell/places.ts";
import { FARTHEST, findRow, type FoundRow } from "./findRow.ts";
import { NOTHING, onlyOne, type Selection, selectionOf } from "./selection.ts";
import type { Cursor } from "./useCursor.ts";
import type { Rows } from "./useRows.ts";

type KeepPlaceOptions = {
  view: OpenedView;
  rows: Rows;
  places: Places;
  cursor: Cursor;
  selection: Selection;
  onSelect: (selection: Selection) => void;
};

/**
 * Stands on the right row. On arrival that is the one that was asked for. After a change of the
 * library it is the one that was selected before, wherever it has gone and whatever it is called now.
 */
export function useKeepPlace({ view, rows, places, cursor, selection, onSelect }: KeepPlaceOptions): void {
  const arrived = useRef<NodeId | null>(null);

  const arrive = useEffectEvent((id: NodeId, found: FoundRow | null) => {
    if (found === null) return;
    arrived.current = id;
    cursor.stand(found);
  });

  const stay = useEffectEvent((id: NodeId, found: FoundRow | null) => {
    // Somebody may have selected another row while this one was looked for.
    if (onlyOne(selection)?.id !== id) return;
    if (found !== null) {
      cursor.settle(found.index);
      onSelect(selectionOf([found.row]));
    } else if (view.total <= FARTHEST) {
      onSelect(NOTHING);
    }
  });

  const look = useEffectEvent(async (isGone: () => boolean) => {
    const wanted = places.arriving === arrived.current ? null : places.arriving;
    const id = wanted ?? onlyOne(selection)?.id;
    if (id === undefined) return;
    const found = await findRow(rows, view.total, 0, (row) => row.id === id);
    if (isGone()) return;
    if (wanted === null) stay(id, found);
    else arrive(id, found);
  });

  useEffect(() => {
    let isGone = false;
    void look(() => isGone);
    return () => {
      isGone = true;
    };
  }, [view.id, places.arriving]);
}
