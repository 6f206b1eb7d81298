import { useRef, useState } from "react";
import { useTransfers, useView } from "../../host/queries.ts";
import { useIsWide } from "../../host/useMediaQuery.ts";
import type { Transfers } from "../../platform/wire.ts";
import { DropOverlay } from "../drop/DropOverlay.tsx";
import { ListArea } from "../files/ListArea.tsx";
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
import { useShortcuts } from "./useShortcuts.ts";
import { useWindowActions } from "./useWindowActions.ts";
import { windowShortcuts } from "./windowShortcuts.ts";

const DOCK_PX = 240;
const isDockShown = (transfers: Transfers) => transfers.items.length > 0;

export function MainWindow() {
  const places = usePlaces();
  const { source } = places.query;
  const view = useView(places.query);
  const path = source.kind === "folder" ? (view.data?.path ?? []) : [];
  const isWide = useIsWide();
  const hasDock = useTransfers(isDockShown) ?? false;
  const searchField = useRef<HTMLInputElement>(null);
  const inspector = useRef<HTMLElement>(null);
  const [isSheetOpen, setSheetOpen] = useState(false);

  const showDetails = () => {
    if (isWide) inspector.current?.focus();
    else setSheetOpen(true);
  };
  const search = () => {
    searchField.current?.focus();
    searchField.current?.select();
  };
  const { selection, setSelection, go, open, actions, dialogs } = useWindowActions({ places, showDetails });
  useShortcuts({ ...windowShortcuts({ source, path, selection, actions, go }), search });

  const details = <Inspector selection={selection} onEndLink={actions.endLink} onRestore={actions.restore} />;
  return (
    <div className={styles.window}>
      <Sidebar place={source.kind} go={go} onSettings={dialogs.openSettings} onSignOut={dialogs.signOut} />
      <TopBar
        places={{ ...places, go }}
        path={path}
        searchField={searchField}
        onCreateFolder={actions.createFolder}
        onUpload={actions.upload}
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
          actions={actions}
          coveredPx={hasDock ? DOCK_PX : 0}
        />
        <TransfersDock />
        <DropOverlay
          folder={folderOf(source)}
          folderName={source.kind === "folder" ? titleOf(source, path) : "Files"}
        />
      </main>
      {isWide ? (
        <aside ref={inspector} tabIndex={-1} className={inspectorStyles.inspector} aria-label="Details">
          {details}
        </aside>
      ) : (
        <InspectorSheet open={isSheetOpen} onOpenChange={setSheetOpen}>
          {details}
        </InspectorSheet>
      )}
      <StatusBar view={view.data} selection={selection} />
      {dialogs.shown}
    </div>
  );
}
