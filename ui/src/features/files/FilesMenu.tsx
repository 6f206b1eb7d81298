import { ContextMenu } from "@base-ui/react/context-menu";
import {
  ArrowDownToLine,
  CircleCheck,
  ClipboardPaste,
  Copy,
  ExternalLink,
  Eye,
  FolderInput,
  FolderPlus,
  Info,
  Link,
  Link2Off,
  Pencil,
  RotateCcw,
  Trash2,
  X,
  ArrowUpFromLine,
} from "lucide-react";
import menu from "../../components/Menu.module.css";
import { MenuCheck, MenuEntry, MenuSeparator } from "../../components/MenuEntry.tsx";
import type { ViewSource } from "../../platform/wire.ts";
import { areAllOffline, onlyOne, type Selection } from "./selection.ts";

export type MenuActions = {
  open: () => void;
  download: () => void;
  copyLink: () => void;
  openLink: () => void;
  endLink: () => void;
  rename: () => void;
  moveTo: () => void;
  makeCopy: () => void;
  trash: () => void;
  restore: () => void;
  deleteForEver: () => void;
  emptyTrash: () => void;
  details: () => void;
  keepOffline: (wanted: boolean) => void;
  createFolder: () => void;
  /** `null` where nothing was cut or copied. */
  paste: (() => void) | null;
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
          {source.kind === "trash" ? (
            <TrashEntries hasSelection={selection.size > 0} actions={actions} />
          ) : selection.size === 0 ? (
            <PlaceEntries actions={actions} />
          ) : (
            <FileEntries selection={selection} actions={actions} />
          )}
        </ContextMenu.Popup>
      </ContextMenu.Positioner>
    </ContextMenu.Portal>
  );
}

function TrashEntries({ hasSelection, actions }: { hasSelection: boolean; actions: MenuActions }) {
  return (
    <>
      {hasSelection && (
        <>
          <MenuEntry icon={<RotateCcw aria-hidden />} label="Restore" onChoose={actions.restore} />
          <MenuEntry
            icon={<X aria-hidden />}
            label="Delete for ever…"
            keys="Del"
            isDanger
            onChoose={actions.deleteForEver}
          />
          <MenuSeparator />
        </>
      )}
      <MenuEntry icon={<Trash2 aria-hidden />} label="Empty trash…" isDanger onChoose={actions.emptyTrash} />
    </>
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
      {actions.paste && (
        <MenuEntry
          icon={<ClipboardPaste aria-hidden />}
          label="Paste"
          keys="Ctrl V"
          onChoose={actions.paste}
        />
      )}
    </>
  );
}

function FileEntries({ selection, actions }: { selection: Selection; actions: MenuActions }) {
  const one = onlyOne(selection);
  const isOneFile = one?.kind === "file";
  return (
    <>
      {one !== undefined && (
        <MenuEntry icon={<Eye aria-hidden />} label="Open" keys="Enter" onChoose={actions.open} />
      )}
      {isOneFile && (
        <MenuEntry icon={<Info aria-hidden />} label="Details" keys="Ctrl I" onChoose={actions.details} />
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
      <MenuSeparator />
      <MenuCheck
        icon={<CircleCheck aria-hidden />}
        label="Keep available offline"
        checked={areAllOffline(selection)}
        onChange={actions.keepOffline}
      />
      {one !== undefined && (
        <MenuEntry icon={<Pencil aria-hidden />} label="Rename" keys="F2" onChoose={actions.rename} />
      )}
      <MenuEntry icon={<FolderInput aria-hidden />} label="Move to…" onChoose={actions.moveTo} />
      <MenuEntry icon={<Copy aria-hidden />} label="Make a copy" onChoose={actions.makeCopy} />
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
