import type { Crumb, ViewSource } from "../../platform/wire.ts";
import type { Selection } from "../files/selection.ts";
import type { Places } from "./places.ts";
import type { Shortcuts } from "./useShortcuts.ts";
import type { WindowAction } from "./useWindowActions.ts";

type WindowShortcutsOptions = {
  source: ViewSource;
  path: Crumb[];
  selection: Selection;
  actions: WindowAction;
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
    details: () => {
      if (selection.size > 0) actions.details();
    },
    cut: () => {
      if (!isTrash) actions.cut();
    },
    copy: () => {
      if (!isTrash) actions.copy();
    },
    paste: () => actions.paste?.(),
    up: () => {
      const here = path.at(-1);
      if (here) go({ kind: "folder", id: path.at(-2)?.id ?? null }, here.id);
    },
  };
}
