import type { RefObject } from "react";
import type { Crumb, ViewSource } from "../../platform/wire.ts";
import type { MenuActions } from "../files/FilesMenu.tsx";
import { hasOnlyFiles, type Selection } from "../files/selection.ts";
import type { Places } from "./places.ts";
import type { Shortcuts } from "./useShortcuts.ts";

type WindowShortcutsOptions = {
  source: ViewSource;
  path: Crumb[];
  selection: Selection;
  actions: Omit<MenuActions, "rename">;
  go: Places["go"];
  searchField: RefObject<HTMLInputElement | null>;
};

/** What the window's keys do where it stands now. */
export function windowShortcuts(options: WindowShortcutsOptions): Shortcuts {
  const { source, path, selection, actions, go, searchField } = options;
  const isTrash = source.kind === "trash";
  return {
    search: () => {
      searchField.current?.focus();
      searchField.current?.select();
    },
    upload: actions.upload,
    copyLink: () => {
      if (!isTrash) actions.copyLink();
    },
    download: () => {
      if (!isTrash && hasOnlyFiles(selection)) actions.download();
    },
    up: () => {
      const here = path.at(-1);
      if (here) go({ kind: "folder", id: path.at(-2)?.id ?? null }, here.id);
    },
  };
}
