// What can be done with files. Failures become toasts; what went well is seen in the list.

import { useCallback, useMemo } from "react";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { NodeId, ViewRow } from "../../platform/wire.ts";
import { useToasts } from "../toasts/useToasts.ts";

export type FileActions = {
  upload(folder: NodeId | null): Promise<void>;
  download(rows: ViewRow[]): Promise<void>;
  copyLink(row: Pick<ViewRow, "id">): Promise<void>;
  openLink(row: Pick<ViewRow, "id">): Promise<void>;
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
        toasts.trashed(`${subject(rows)} moved to trash`, () => {
          void restore(rows);
        });
      }
      return isDone;
    },
    [attempt, platform, restore, toasts],
  );

  return useMemo(
    () => ({
      upload: async (folder) => void (await attempt(() => platform.pickAndUpload(folder))),
      download: async (rows) => void (await attempt(() => platform.download(idsOf(rows)))),
      copyLink: async (row) => void (await attempt(() => platform.copyPublicLink(row.id))),
      openLink: async (row) => void (await attempt(() => platform.openPublicLink(row.id))),
      trash,
      restore,
    }),
    [attempt, platform, trash, restore],
  );
}

function idsOf(rows: ViewRow[]): NodeId[] {
  return rows.map((row) => row.id);
}

function subject(rows: ViewRow[]): string {
  const [first] = rows;
  return rows.length === 1 && first !== undefined ? `“${first.name}”` : `${rows.length} items`;
}
