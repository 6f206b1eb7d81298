import { formatBytes, formatChanges, formatCount, formatItems } from "../../format/bytes.ts";
import { useAppState } from "../../host/queries.ts";
import type { AppState, OpenedView } from "../../platform/wire.ts";
import { bytesOf, type Selection } from "../files/selection.ts";
import styles from "./StatusBar.module.css";

type Light = "ok" | "busy" | "off";

export function StatusBar({ view, selection }: { view: OpenedView | undefined; selection: Selection }) {
  const [light, words] = useAppState(statusOf) ?? ["busy", "Starting"];
  return (
    <footer className={styles.foot}>
      <span>{view && summaryOf(view, selection)}</span>
      <span className={styles.status}>
        <i className={styles[light]} aria-hidden />
        {words}
      </span>
    </footer>
  );
}

function summaryOf(view: OpenedView, selection: Selection): string {
  if (selection.size > 1) {
    return `${formatCount(selection.size)} of ${formatItems(view.total)} selected · ${formatBytes(bytesOf(selection))}`;
  }
  return view.total === 0 ? "No items" : `${formatItems(view.total)} · ${formatBytes(view.bytes)}`;
}

function statusOf({ server, sync, edits }: AppState): [Light, string] {
  const offline = edits.waiting === 0 ? "Offline" : `Offline, ${formatChanges(edits.waiting)} waiting`;
  if (server.status.kind === "unreachable") return ["off", offline];
  switch (sync.status.kind) {
    case "idle":
      return ["off", "Signed out"];
    case "filling":
      return ["busy", `Receiving your files: ${formatCount(sync.status.received)}`];
    case "syncing":
      return ["busy", "Syncing"];
    case "up_to_date":
      return ["ok", "Up to date"];
    case "offline":
      return ["off", offline];
  }
}
