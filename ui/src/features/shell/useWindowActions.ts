// What the window can do with its selection and its place: one set for menus, buttons and keys.

import { type ReactNode, useCallback, useState } from "react";
import type { NodeId, ViewRow, ViewSource } from "../../platform/wire.ts";
import type { MenuActions } from "../files/FilesMenu.tsx";
import { NOTHING, onlyOne, type Selection } from "../files/selection.ts";
import { useFileActions } from "../files/useFileActions.ts";
import { folderOf, type Places } from "./places.ts";
import { useDialogs } from "./useDialogs.tsx";

type WindowActionsOptions = { places: Places; showDetails: () => void };

type WindowActions = {
  selection: Selection;
  setSelection: (selection: Selection) => void;
  /** Goes to a place, with nothing selected. */
  go: Places["go"];
  /** Goes into a folder; shows the details of anything else. */
  open: (row: ViewRow) => void;
  actions: Omit<MenuActions, "rename">;
  dialogs: { shown: ReactNode; openSettings: () => void; signOut: () => void };
};

export function useWindowActions({ places, showDetails }: WindowActionsOptions): WindowActions {
  const files = useFileActions();
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const folder = folderOf(places.query.source);
  const one = onlyOne(selection);

  const { go: goTo } = places;
  const go = useCallback(
    (next: ViewSource, arriving?: NodeId) => {
      setSelection(NOTHING);
      goTo(next, arriving);
    },
    [goTo],
  );

  const dialogs = useDialogs({
    folder,
    onFolderMade: (made) => {
      go({ kind: "folder", id: made.parent }, made.id);
    },
  });

  const open = (row: ViewRow) => {
    if (row.kind === "folder" && row.trashed_at === null) go({ kind: "folder", id: row.id });
    else showDetails();
  };

  const withOne = (work: (row: ViewRow) => void) => () => {
    if (one) work(one);
  };
  const withAll = (work: (rows: ViewRow[]) => Promise<unknown>) => () => void work([...selection.values()]);
  const leave = (isDone: boolean) => {
    if (isDone) setSelection(NOTHING);
  };

  const actions = {
    open: withOne(open),
    download: withAll((rows) => files.download(rows)),
    copyLink: withOne((row) => void files.copyLink(row)),
    openLink: withOne((row) => void files.openLink(row)),
    endLink: withOne(dialogs.askToEndLink),
    trash: withAll(async (rows) => {
      leave(await files.trash(rows));
    }),
    restore: withAll(async (rows) => {
      leave(await files.restore(rows));
    }),
    createFolder: dialogs.createFolder,
    upload: () => void files.upload(folder),
  };
  return { selection, setSelection, go, open, actions, dialogs };
}
