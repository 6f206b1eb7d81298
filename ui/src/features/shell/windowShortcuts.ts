import type { Crumb, ViewSource } from "../../platform/wire.ts";
import type { MenuActions } from "../files/FilesMenu.tsx";
import type { Selection } from "../files/selection.ts";
import type { Places } from "./places.ts";
import type { Shortcuts } from "./useShortcuts.ts";

type WindowShortcutsOptions = {
  source: ViewSource;
  path: Crumb[];
  selection: Selection;
  actions: Omit<MenuActions, "rename">;
  go: Places["go"];
};

/** What the window's keys do where it stands now. */
export function windowShortcuts(options: WindowShortcutsOptions): Omit<Shortcuts, "search"> {
  const { source, path, selection, actions, go } = options;
  const isTrash = source.kind === "trash";
  return {
    upload: actions.upload,
    copyLink: () => {
      if (!isTrash) actions.copyLink();
    },
    download: () => {
      if (!isTrash && selection.size > 0) actions.download();
    },
    up: () => {
      const here = path.at(-1);
      if (here) go({ kind: "folder", id: path.at(-2)?.id ?? null }, here.id);
    },
  };
}
