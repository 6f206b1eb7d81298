// Carrying things from folder to folder: cut, copied or dragged.

import type { Crumb, ViewRow, ViewSource } from "../../platform/wire.ts";
import type { Carry } from "../files/FileList.tsx";
import { type CopyPlace, type FileActions, subject } from "../files/useFileActions.ts";
import type { Places } from "../shell/places.ts";
import { useToasts } from "../toasts/useToasts.ts";
import type { DropTarget } from "./rowDrag.ts";
import { useClipboard } from "./useClipboard.ts";

type CarryingOptions = {
  places: Places;
  path: Crumb[];
  files: FileActions;
  go: Places["go"];
  /** What was selected may be here no more. */
  leave: (isDone: boolean) => void;
};

type Carrying = {
  carry: Carry;
  cut: (rows: ViewRow[]) => void;
  copy: (rows: ViewRow[]) => void;
  /** Makes copies of these where they are shown. */
  copyEach: (rows: ViewRow[]) => void;
  /** `null` where nothing was cut or copied. */
  paste: (() => void) | null;
};

export function useCarrying({ places, path, files, go, leave }: CarryingOptions): Carrying {
  const toasts = useToasts();
  const { held, cutIds, hold, letGo } = useClipboard();
  const { source } = places.query;
  const name = path.at(-1)?.name ?? "Files";

  /** The copies stand in the list, with the first of them selected. */
  async function copyTo(rows: ViewRow[], to: CopyPlace) {
    const [first] = await files.copy(rows, to);
    if (first !== undefined && source.kind === "folder") go(source, first);
  }

  async function moveTo(rows: ViewRow[], folder: Extract<ViewSource, { kind: "folder" }>) {
    if (await files.move(rows, folder.id, name)) go(folder, rows[0]?.id);
  }

  function paste() {
    if (held === null) return;
    if (source.kind !== "folder") {
      toasts.say("warning", "Open the folder that it should go to, and paste there");
      return;
    }
    if (held.kind === "copy") void copyTo(held.rows, source);
    else {
      letGo();
      void moveTo(held.rows, source);
    }
  }

  async function drop(target: DropTarget, rows: ViewRow[]) {
    leave(await (target.kind === "trash" ? files.trash(rows) : files.move(rows, target.id, target.name)));
  }

  return {
    carry: { cutIds, letGo, drop: (target, rows) => void drop(target, rows) },
    cut: (rows) => {
      hold("cut", rows);
      if (rows.length > 0) toasts.say("moved", `${subject(rows)} cut. Paste in another folder with Ctrl V.`);
    },
    copy: (rows) => {
      hold("copy", rows);
      if (rows.length > 0) toasts.say("done", `${subject(rows)} ready to be pasted with Ctrl V.`);
    },
    copyEach: (rows) => void copyTo(rows, { kind: "beside" }),
    paste: held === null ? null : paste,
  };
}
