// What the window can do with its selection and its place: one set for menus, buttons and keys.

import { type ReactNode, useCallback, useState } from "react";
import type { NodeId, OpenedView, ViewRow, ViewSource } from "../../platform/wire.ts";
import type { Carry } from "../files/FileList.tsx";
import type { MenuActions } from "../files/FilesMenu.tsx";
import { NOTHING, onlyOne, type Selection } from "../files/selection.ts";
import { useFileActions } from "../files/useFileActions.ts";
import { useCarrying } from "../move/useCarrying.ts";
import { folderOf, type Places } from "./places.ts";
import { useDialogs } from "./useDialogs.tsx";

type WindowActionsOptions = { places: Places; view: OpenedView | undefined; showDetails: () => void };

/** What the keys do beside the menus. */
export type WindowAction = Omit<MenuActions, "rename"> & { cut: () => void; copy: () => void };

type WindowActions = {
  selection: Selection;
  setSelection: (selection: Selection) => void;
  /** Goes to a place, with nothing selected. */
  go: Places["go"];
  /** Goes into a folder, opens a file in its program; of what is in the trash, shows the details. */
  open: (row: ViewRow) => void;
  actions: WindowAction;
  carry: Carry;
  dialogs: { shown: ReactNode; openSettings: () => void; signOut: () => void };
};

export function useWindowActions({ places, view, showDetails }: WindowActionsOptions): WindowActions {
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
    source: places.query.source,
    move: files.move,
    onGone: () => {
      setSelection(NOTHING);
    },
    onFolderMade: (made) => {
      go({ kind: "folder", id: made.parent }, made.id);
    },
  });

  const open = (row: ViewRow) => {
    if (row.trashed_at !== null) showDetails();
    else if (row.kind === "folder") go({ kind: "folder", id: row.id });
    else void files.open(row);
  };

  const withOne = (work: (row: ViewRow) => void) => () => {
    if (one) work(one);
  };
  const withRows = (work: (rows: ViewRow[]) => void) => () => {
    if (selection.size > 0) work([...selection.values()]);
  };
  const withAll = (work: (rows: ViewRow[]) => Promise<unknown>) => () => void work([...selection.values()]);
  const leave = (isDone: boolean) => {
    if (isDone) setSelection(NOTHING);
  };

  const carrying = useCarrying({ places, path: view?.path ?? [], files, go, leave });

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
    details: showDetails,
    keepOffline: (wanted: boolean) => void files.keepOffline([...selection.values()], wanted),
    moveTo: withRows(dialogs.askWhereTo),
    makeCopy: withRows(carrying.copyEach),
    cut: withRows(carrying.cut),
    copy: withRows(carrying.copy),
    paste: carrying.paste,
    deleteForEver: withRows((rows) => {
      dialogs.askToDelete({ kind: "rows", rows });
    }),
    emptyTrash: () => {
      if (view) dialogs.askToDelete({ kind: "all", view });
    },
    createFolder: dialogs.createFolder,
    upload: () => void files.upload(folder),
  };
  return { selection, setSelection, go, open, actions, carry: carrying.carry, dialogs };
}
