import { useCallback, useRef, useState } from "react";
import { useTransfers, useView } from "../../host/queries.ts";
import { useIsWide } from "../../host/useMediaQuery.ts";
import type { Transfers, ViewRow, ViewSource } from "../../platform/wire.ts";
import { DropOverlay } from "../drop/DropOverlay.tsx";
import { ListArea } from "../files/ListArea.tsx";
import { hasOnlyFiles, NOTHING, onlyOne, type Selection } from "../files/selection.ts";
import { useFileActions } from "../files/useFileActions.ts";
import { Inspector } from "../inspector/Inspector.tsx";
import inspectorStyles from "../inspector/Inspector.module.css";
import { InspectorSheet } from "../inspector/InspectorSheet.tsx";
import { OfflineBanner } from "../offline/OfflineBanner.tsx";
import { SessionOnlyBanner } from "../offline/SessionOnlyBanner.tsx";
import { TransfersDock } from "../transfers/TransfersDock.tsx";
import { titleOf } from "./Breadcrumbs.tsx";
import styles from "./MainWindow.module.css";
import { folderOf, usePlaces } from "./places.ts";
import { Sidebar } from "./Sidebar.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { TopBar } from "./TopBar.tsx";
import { useDialogs } from "./useDialogs.tsx";
import { useShortcuts } from "./useShortcuts.ts";

const DOCK_PX = 240;
const isDockShown = (transfers: Transfers) => transfers.items.length > 0;

export function MainWindow() {
  const places = usePlaces();
  const { source } = places.query;
  const view = useView(places.query);
  const actions = useFileActions();
  const isWide = useIsWide();
  const hasDock = useTransfers(isDockShown) ?? false;
  const searchField = useRef<HTMLInputElement>(null);
  const inspector = useRef<HTMLElement>(null);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [selection, setSelection] = useState<Selection>(NOTHING);

  const { go: goTo } = places;
  const go = useCallback(
    (next: ViewSource, arriving?: string) => {
      setSelection(NOTHING);
      goTo(next, arriving);
    },
    [goTo],
  );

  const path = source.kind === "folder" ? (view.data?.path ?? []) : [];
  const folder = folderOf(source);
  const folderName = source.kind === "folder" ? titleOf(source, path) : "Files";
  const dialogs = useDialogs({
    folder,
    onFolderMade: (made) => {
      go({ kind: "folder", id: made.parent }, made.id);
    },
  });

  const one = onlyOne(selection);
  const rows = () => [...selection.values()];

  const showDetails = () => {
    if (isWide) inspector.current?.focus();
    else setSheetOpen(true);
  };

  const open = (row: ViewRow) => {
    if (row.kind === "folder" && row.trashed_at === null) go({ kind: "folder", id: row.id });
    else showDetails();
  };

  const done = (isDone: boolean) => {
    if (isDone) setSelection(NOTHING);
  };

  const menu = {
    open: () => {
      if (one) open(one);
    },
    download: () => void actions.download(rows()),
    copyLink: () => {
      if (one) void actions.copyLink(one);
    },
    openLink: () => {
      if (one) void actions.openLink(one);
    },
    endLink: () => {
      if (one) dialogs.askToEndLink(one);
    },
    trash: () => void actions.trash(rows()).then(done),
    restore: () => void actions.restore(rows()).then(done),
    createFolder: dialogs.createFolder,
    upload: () => void actions.upload(folder),
  };

  useShortcuts({
    search: () => {
      searchField.current?.focus();
      searchField.current?.select();
    },
    upload: menu.upload,
    copyLink: () => {
      if (source.kind !== "trash") menu.copyLink();
    },
    download: () => {
      if (source.kind !== "trash" && hasOnlyFiles(selection)) menu.download();
    },
    up: () => {
      const here = path.at(-1);
      if (here) go({ kind: "folder", id: path.at(-2)?.id ?? null }, here.id);
    },
  });

  const details = <Inspector selection={selection} onEndLink={menu.endLink} onRestore={menu.restore} />;
  return (
    <div className={styles.window}>
      <Sidebar place={source.kind} go={go} onSettings={dialogs.openSettings} onSignOut={dialogs.signOut} />
      <TopBar
        places={{ ...places, go }}
        path={path}
        searchField={searchField}
        onCreateFolder={menu.createFolder}
        onUpload={menu.upload}
        onDetails={isWide ? null : showDetails}
      />
      <main className={styles.main}>
        <SessionOnlyBanner />
        <OfflineBanner />
        <ListArea
          view={view}
          places={places}
          label={titleOf(source, path)}
          selection={selection}
          onSelect={setSelection}
          onOpen={open}
          actions={menu}
          coveredPx={hasDock ? DOCK_PX : 0}
        />
        <TransfersDock />
        <DropOverlay folder={folder} folderName={folderName} />
      </main>
      {isWide ? (
        <aside ref={inspector} tabIndex={-1} className={inspectorStyles.inspector} aria-label="Details">
          {details}
        </aside>
      ) : (
        <InspectorSheet
          open={isSheetOpen}
          onClose={() => {
            setSheetOpen(false);
          }}
        >
          {details}
        </InspectorSheet>
      )}
      <StatusBar view={view.data} selection={selection} />
      {dialogs.shown}
    </div>
  );
}
