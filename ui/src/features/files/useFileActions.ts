// What can be done with files. Failures become toasts; what went well is seen in the list.

import { useCallback, useMemo } from "react";
import { formatItems } from "../../format/bytes.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { NodeId, ViewRow, WasIn } from "../../platform/wire.ts";
import { useToasts } from "../toasts/useToasts.ts";

export type CopyPlace = { kind: "folder"; id: NodeId | null } | { kind: "beside" };

export type FileActions = {
  upload(folder: NodeId | null): Promise<void>;
  download(rows: ViewRow[]): Promise<void>;
  copyLink(row: Pick<ViewRow, "id">): Promise<void>;
  openLink(row: Pick<ViewRow, "id">): Promise<void>;
  /** `name`: of the folder, in words. */
  move: (rows: ViewRow[], folder: NodeId | null, name: string) => Promise<boolean>;
  /** Into a folder, or each to where it is itself. The copies; none where it did not work. */
  copy(rows: ViewRow[], to: CopyPlace): Promise<NodeId[]>;
  open(row: Pick<ViewRow, "id" | "name">): Promise<void>;
  keepOffline(rows: Pick<ViewRow, "id">[], wanted: boolean): Promise<void>;
  trash(rows: ViewRow[]): Promise<boolean>;
  restore(rows: ViewRow[]): Promise<boolean>;
};

export function useFileActions(): FileActions {
  const platform = usePlatform();
  const toasts = useToasts();
  const attempt = useAttempt();

  const restore = useCallback(
    async (rows: ViewRow[]) => {
      const isDone = await attempt(() => platform.restore(idsOf(rows)));
      if (isDone) toasts.say("done", `${subject(rows)} restored`);
      return isDone;
    },
    [attempt, platform, toasts],
  );

  const trash = useCallback(
    async (rows: ViewRow[]) => {
      const isDone = await attempt(() => platform.trash(idsOf(rows)));
      if (isDone) {
        toasts.undoable("trash", `${subject(rows)} moved to trash`, () => {
          void restore(rows);
        });
      }
      return isDone;
    },
    [attempt, platform, restore, toasts],
  );

  const move = useCallback(
    async (rows: ViewRow[], folder: NodeId | null, name: string) => {
      let moved: WasIn[] = [];
      const isDone = await attempt(async () => {
        const answer = await platform.moveTo(idsOf(rows), folder);
        ({ moved } = answer);
        if (answer.failure) toasts.failed(answer.failure);
      });
      if (isDone && moved.length > 0) {
        const those = moved.length === rows.length ? subject(rows) : formatItems(moved.length);
        toasts.undoable("moved", `${those} moved to “${name}”`, () => {
          void attempt(async () => {
            const back = await platform.moveBack(moved);
            if (back.failure) toasts.failed(back.failure);
          });
        });
      }
      return isDone;
    },
    [attempt, platform, toasts],
  );

  const copy = useCallback(
    async (rows: ViewRow[], to: CopyPlace) => {
      let copies: NodeId[] = [];
      await attempt(async () => {
        const ids = idsOf(rows);
        const answer = await (to.kind === "beside" ? platform.makeCopies(ids) : platform.copyTo(ids, to.id));
        ({ copies } = answer);
        if (answer.failure) toasts.failed(answer.failure);
      });
      if (copies.length > 0)
        toasts.say("done", copies.length === 1 ? "1 copy made" : `${copies.length} copies made`);
      return copies;
    },
    [attempt, platform, toasts],
  );

  const open = useCallback(
    async (row: Pick<ViewRow, "id" | "name">) => {
      await attempt(async () => {
        const opened = await platform.openFile(row.id);
        if (opened === "opened_earlier")
          toasts.say("warning", `An earlier version of “${row.name}” was opened: the newest is not here yet`);
        else if (opened === "shown_in_folder")
          toasts.say(
            "warning",
            `“${row.name}” can start a program, so it was not opened. Its folder is shown.`,
          );
      });
    },
    [attempt, platform, toasts],
  );

  return useMemo(
    () => ({
      upload: async (folder) => void (await attempt(() => platform.pickAndUpload(folder))),
      download: async (rows) => void (await attempt(() => platform.download(idsOf(rows)))),
      copyLink: async (row) => void (await attempt(() => platform.copyPublicLink(row.id))),
      openLink: async (row) => void (await attempt(() => platform.openPublicLink(row.id))),
      open,
      keepOffline: async (rows, wanted) =>
        void (await attempt(() => platform.keepOffline(idsOf(rows), wanted))),
      move,
      copy,
      trash,
      restore,
    }),
    [attempt, platform, open, move, copy, trash, restore],
  );
}

function idsOf(rows: Pick<ViewRow, "id">[]): NodeId[] {
  return rows.map((row) => row.id);
}

/** What they are called in a sentence. */
export function subject(rows: ViewRow[]): string {
  const [first] = rows;
  return rows.length === 1 && first !== undefined ? `“${first.name}”` : formatItems(rows.length);
}
