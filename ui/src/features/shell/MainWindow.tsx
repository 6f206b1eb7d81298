import { useRef, useState } from "react";
import { useTransfers, useView } from "../../host/queries.ts";
import { useIsWide } from "../../host/useMediaQuery.ts";
import type { Transfers } from "../../platform/wire.ts";
import { ConflictsBanner } from "../conflicts/ConflictsBanner.tsx";
import { DropOverlay } from "../drop/DropOverlay.tsx";
import { ListArea } from "../files/ListArea.tsx";
import { Inspector } from "../inspector/Inspector.tsx";
import inspectorStyles from "../inspector/Inspector.module.css";
import { InspectorSheet } from "../inspector/InspectorSheet.tsx";
import { OfflineBanner } from "../offline/OfflineBanner.tsx";
import { SessionOnlyBanner } from "../offline/SessionOnlyBanner.tsx";
import { PublicDetails } from "../public/PublicDetails.tsx";
import { PublicFiles } from "../public/PublicFiles.tsx";
import { usePublicPlace } from "../public/usePublicPlace.ts";
import { SearchField } from "../search/SearchField.tsx";
import { SearchFilters } from "../search/SearchFilters.tsx";
import { useSearchText } from "../search/useSearchText.ts";
import { TransfersDock } from "../transfers/TransfersDock.tsx";
import { TrashNote } from "../trash/TrashNote.tsx";
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
  const { places, discover } = usePublicPlace(usePlaces());
  const { source } = places.query;
  const view = useView(places.query);
  const path = source.kind === "folder" ? (view.data?.path ?? []) : [];
  const isTrash = source.kind === "trash" && !discover.isOpen;
  const isWide = useIsWide();
  const hasDock = useTransfers(isDockShown) ?? false;
  const searchField = useRef<HTMLInputElement>(null);
  const inspector = useRef<HTMLElement>(null);
  const [isSheetOpen, setSheetOpen] = useState(false);

  const showDetails = () => {
    if (isWide) inspector.current?.focus();
    else setSheetOpen(true);
  };
  const toSearch = () => {
    searchField.current?.focus();
    searchField.current?.select();
  };
  const search = useSearchText(places);
  const { selection, setSelection, go, open, actions, carry, dialogs } = useWindowActions({
    places,
    view: view.data,
    showDetails,
  });
  useShortcuts({
    ...windowShortcuts({ source, path, selection, actions, go }),
    ...(discover.isOpen && { copyLink: discover.copyLink }),
    search: toSearch,
  });

  const details = discover.isOpen ? (
    <PublicDetails file={discover.selected} />
  ) : (
    <Inspector
      selection={selection}
      onEndLink={actions.endLink}
      onRestore={actions.restore}
      onDelete={actions.deleteForEver}
    />
  );
  return (
    <div className={styles.window}>
      <Sidebar
        place={discover.isOpen ? "public_files" : source.kind}
        go={go}
        onPublicFiles={discover.open}
        onSettings={dialogs.openSettings}
        onSignOut={dialogs.signOut}
      />
      <TopBar
        places={{ ...places, go }}
        title={discover.isOpen ? "Public files" : null}
        path={path}
        searchField={
          discover.isOpen ? (
            <SearchField search={discover.search} field={searchField} label="Search public files" />
          ) : (
            <SearchField search={search} field={searchField} />
          )
        }
        onCreateFolder={actions.createFolder}
        onUpload={actions.upload}
        emptyTrash={isTrash ? { onChoose: actions.emptyTrash, isEmpty: (view.data?.total ?? 0) === 0 } : null}
        onDetails={isWide ? null : showDetails}
      />
      <main className={styles.main}>
        <SessionOnlyBanner />
        <OfflineBanner />
        <ConflictsBanner />
        {source.kind === "search" && <SearchFilters search={search} />}
        {isTrash && <TrashNote />}
        {discover.isOpen ? (
          <PublicFiles place={discover} coveredPx={hasDock ? DOCK_PX : 0} />
        ) : (
          <ListArea
            view={view}
            places={places}
            label={titleOf(source, path)}
            selection={selection}
            onSelect={setSelection}
            onOpen={open}
            actions={actions}
            carry={carry}
            coveredPx={hasDock ? DOCK_PX : 0}
          />
        )}
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
      <StatusBar view={discover.isOpen ? undefined : view.data} selection={selection} />
      {dialogs.shown}
    </div>
  );
}
