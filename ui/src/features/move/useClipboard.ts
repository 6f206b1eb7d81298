// What was cut or copied in the list, until it is pasted.

import { useCallback, useMemo, useState } from "react";
import type { NodeId, ViewRow } from "../../platform/wire.ts";

type Held = { kind: "cut" | "copy"; rows: ViewRow[] };

export type Clipboard = {
  held: Held | null;
  /** These go away from where they are once they are pasted. */
  cutIds: ReadonlySet<NodeId>;
  hold: (kind: Held["kind"], rows: ViewRow[]) => void;
  letGo: () => void;
};

const NONE: ReadonlySet<NodeId> = new Set();

export function useClipboard(): Clipboard {
  const [held, setHeld] = useState<Held | null>(null);
  const hold = useCallback((kind: Held["kind"], rows: ViewRow[]) => {
    if (rows.length > 0) setHeld({ kind, rows });
  }, []);
  const letGo = useCallback(() => {
    setHeld(null);
  }, []);
  const cutIds = useMemo(
    () => (held?.kind === "cut" ? new Set(held.rows.map(({ id }) => id)) : NONE),
    [held],
  );
  return { held, cutIds, hold, letGo };
}
