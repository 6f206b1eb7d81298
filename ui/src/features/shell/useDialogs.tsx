// The dialogs of the main window: which one is open, and what it is about.

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useState } from "react";
import { keys } from "../../host/keys.ts";
import { useAppState } from "../../host/queries.ts";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Node, NodeId, Transfers, ViewRow } from "../../platform/wire.ts";
import { NewFolderDialog } from "../files/NewFolderDialog.tsx";
import { EndLinkDialog } from "../links/EndLinkDialog.tsx";
import { SettingsDialog } from "../settings/SettingsDialog.tsx";
import { SignOutDialog } from "../settings/SignOutDialog.tsx";
import { ServerDialog } from "../welcome/ServerDialog.tsx";

type Shown =
  | { kind: "nothing" }
  | { kind: "new_folder" }
  | { kind: "settings" }
  | { kind: "server" }
  | { kind: "end_link"; row: ViewRow }
  | { kind: "sign_out"; active: number };

type Dialogs = {
  shown: ReactNode;
  createFolder: () => void;
  openSettings: () => void;
  askToEndLink: (row: ViewRow) => void;
  signOut: () => void;
};

type DialogsOptions = { folder: NodeId | null; onFolderMade: (folder: Node) => void };

export function useDialogs({ folder, onFolderMade }: DialogsOptions): Dialogs {
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
    if (active > 0) setShown({ kind: "sign_out", active });
    else signOutNow();
  }, [queries, signOutNow]);

  function dialog(): ReactNode {
    switch (shown.kind) {
      case "nothing":
        return null;
      case "new_folder":
        return <NewFolderDialog parent={folder} onMade={onFolderMade} onClose={close} />;
      case "settings":
        return (
          <SettingsDialog
            onClose={close}
            onUseServer={() => {
              setShown({ kind: "server" });
            }}
          />
        );
      case "server":
        return <ServerDialog address={url} onClose={close} />;
      case "end_link":
        return <EndLinkDialog row={shown.row} onClose={close} />;
      case "sign_out":
        return <SignOutDialog active={shown.active} onSignOut={signOutNow} onClose={close} />;
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
    signOut,
  };
}
