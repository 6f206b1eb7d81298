// The dialogs of the main window: which one is open, and what it is about.

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useState } from "react";
import { keys } from "../../host/keys.ts";
import { useAppState } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { AppState, Node, Transfers, ViewRow, ViewSource } from "../../platform/wire.ts";
import { NewFolderDialog } from "../files/NewFolderDialog.tsx";
import type { FileActions } from "../files/useFileActions.ts";
import { EndLinkDialog } from "../links/EndLinkDialog.tsx";
import { MoveDialog } from "../move/MoveDialog.tsx";
import { RemoveAllDialog } from "../settings/RemoveAllDialog.tsx";
import { SettingsDialog } from "../settings/SettingsDialog.tsx";
import { SignOutDialog } from "../settings/SignOutDialog.tsx";
import { DeleteDialog, type ToDelete } from "../trash/DeleteDialog.tsx";
import { ServerDialog } from "../welcome/ServerDialog.tsx";
import { folderOf } from "./places.ts";

type Shown =
  | { kind: "nothing" }
  | { kind: "new_folder" }
  | { kind: "settings" }
  | { kind: "server" }
  | { kind: "remove_all" }
  | { kind: "end_link"; row: ViewRow }
  | { kind: "delete"; what: ToDelete }
  | { kind: "move"; rows: ViewRow[] }
  | { kind: "sign_out"; active: number; waiting: number; offline: number };

type Dialogs = {
  shown: ReactNode;
  createFolder: () => void;
  openSettings: () => void;
  askToEndLink: (row: ViewRow) => void;
  askToDelete: (what: ToDelete) => void;
  askWhereTo: (rows: ViewRow[]) => void;
  signOut: () => void;
};

type DialogsOptions = {
  source: ViewSource;
  move: FileActions["move"];
  onFolderMade: (folder: Node) => void;
  /** What was selected is here no more. */
  onGone: () => void;
};

export function useDialogs({ source, move, onFolderMade, onGone }: DialogsOptions): Dialogs {
  const platform = usePlatform();
  const queries = useQueryClient();
  const attempt = useAttempt();
  const url = useAppState((state) => state.server.url) ?? "";
  const [shown, setShown] = useState<Shown>({ kind: "nothing" });
  const close = () => {
    setShown({ kind: "nothing" });
  };

  const openSettings = useCallback(() => {
    setShown({ kind: "settings" });
  }, []);

  const signOutNow = useCallback(() => {
    setShown({ kind: "nothing" });
    void attempt(() => platform.signOut());
  }, [attempt, platform]);

  const signOut = useCallback(() => {
    const active = queries.getQueryData<Transfers>(keys.transfers)?.active ?? 0;
    const state = queries.getQueryData<AppState>(keys.appState);
    const [waiting, offline] = [state?.edits.waiting ?? 0, state?.counts.offline ?? 0];
    if (active + waiting + offline > 0) setShown({ kind: "sign_out", active, waiting, offline });
    else signOutNow();
  }, [queries, signOutNow]);

  function dialog(): ReactNode {
    switch (shown.kind) {
      case "nothing":
        return null;
      case "new_folder":
        return <NewFolderDialog parent={folderOf(source)} onMade={onFolderMade} onClose={close} />;
      case "settings":
        return (
          <SettingsDialog
            onClose={close}
            onUseServer={() => {
              setShown({ kind: "server" });
            }}
            onRemoveAll={() => {
              setShown({ kind: "remove_all" });
            }}
          />
        );
      case "server":
        return <ServerDialog address={url} onClose={close} />;
      case "remove_all":
        return <RemoveAllDialog onClose={openSettings} />;
      case "end_link":
        return <EndLinkDialog row={shown.row} onClose={close} />;
      case "delete":
        return <DeleteDialog what={shown.what} onDone={onGone} onClose={close} />;
      case "move":
        return (
          <MoveDialog
            rows={shown.rows}
            from={source.kind === "folder" ? source.id : undefined}
            move={move}
            onMoved={onGone}
            onClose={close}
          />
        );
      case "sign_out":
        return (
          <SignOutDialog
            active={shown.active}
            waiting={shown.waiting}
            offline={shown.offline}
            onSignOut={signOutNow}
            onClose={close}
          />
        );
    }
  }

  return {
    shown: dialog(),
    createFolder: () => {
      setShown({ kind: "new_folder" });
    },
    openSettings,
    askToEndLink: (row) => {
      setShown({ kind: "end_link", row });
    },
    askToDelete: (what) => {
      setShown({ kind: "delete", what });
    },
    askWhereTo: (rows) => {
      if (rows.length > 0) setShown({ kind: "move", rows });
    },
    signOut,
  };
}
