import { ContextMenu } from "@base-ui/react/context-menu";
import {
  ArrowDownToLine,
  ExternalLink,
  Eye,
  FolderPlus,
  Link,
  Link2Off,
  Pencil,
  RotateCcw,
  Trash2,
  ArrowUpFromLine,
} from "lucide-react";
import menu from "../../components/Menu.module.css";
import { MenuEntry, MenuSeparator } from "../../components/MenuEntry.tsx";
import type { ViewSource } from "../../platform/wire.ts";
import { onlyOne, type Selection } from "./selection.ts";

export type MenuActions = {
  open: () => void;
  download: () => void;
  copyLink: () => void;
  openLink: () => void;
  endLink: () => void;
  rename: () => void;
  trash: () => void;
  restore: () => void;
  createFolder: () => void;
  upload: () => void;
};

type FilesMenuProps = {
  selection: Selection;
  source: ViewSource;
  actions: MenuActions;
  /** Has the keyboard when the menu is closed. */
  returnFocus: () => HTMLElement | false | null;
};

export function FilesMenu({ selection, source, actions, returnFocus }: FilesMenuProps) {
  return (
    <ContextMenu.Portal>
      <ContextMenu.Positioner className={menu.positioner}>
        <ContextMenu.Popup className={menu.popup} finalFocus={returnFocus}>
          {selection.size === 0 ? (
            <PlaceEntries actions={actions} />
          ) : source.kind === "trash" ? (
            <MenuEntry icon={<RotateCcw aria-hidden />} label="Restore" onChoose={actions.restore} />
          ) : (
            <FileEntries selection={selection} actions={actions} />
          )}
        </ContextMenu.Popup>
      </ContextMenu.Positioner>
    </ContextMenu.Portal>
  );
}

function PlaceEntries({ actions }: { actions: MenuActions }) {
  return (
    <>
      <MenuEntry icon={<FolderPlus aria-hidden />} label="New folder" onChoose={actions.createFolder} />
      <MenuEntry
        icon={<ArrowUpFromLine aria-hidden />}
        label="Upload…"
        keys="Ctrl U"
        onChoose={actions.upload}
      />
    </>
  );
}

function FileEntries({ selection, actions }: { selection: Selection; actions: MenuActions }) {
  const one = onlyOne(selection);
  const isOneFile = one?.kind === "file";
  return (
    <>
      {one !== undefined && (
        <MenuEntry
          icon={<Eye aria-hidden />}
          label={isOneFile ? "Details" : "Open"}
          keys="Enter"
          onChoose={actions.open}
        />
      )}
      <MenuEntry
        icon={<ArrowDownToLine aria-hidden />}
        label="Download"
        keys="Ctrl S"
        onChoose={actions.download}
      />
      {isOneFile && (
        <>
          <MenuSeparator />
          <MenuEntry
            icon={<Link aria-hidden />}
            label="Copy public link"
            keys="Ctrl L"
            onChoose={actions.copyLink}
          />
          {one.link !== null && (
            <>
              <MenuEntry
                icon={<ExternalLink aria-hidden />}
                label="Open public page"
                onChoose={actions.openLink}
              />
              <MenuEntry
                icon={<Link2Off aria-hidden />}
                label="End public link…"
                onChoose={actions.endLink}
              />
            </>
          )}
        </>
      )}
      {one !== undefined && (
        <>
          <MenuSeparator />
          <MenuEntry icon={<Pencil aria-hidden />} label="Rename" keys="F2" onChoose={actions.rename} />
        </>
      )}
      <MenuSeparator />
      <MenuEntry
        icon={<Trash2 aria-hidden />}
        label="Move to trash"
        keys="Del"
        isDanger
        onChoose={actions.trash}
      />
    </>
  );
}
