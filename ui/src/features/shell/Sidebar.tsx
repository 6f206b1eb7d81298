import { CircleCheck, Clock, Folder, Globe, Link, type LucideIcon, Settings, Trash2 } from "lucide-react";
import { memo } from "react";
import { Mark } from "../../components/Mark.tsx";
import { formatCount } from "../../format/bytes.ts";
import { useAppState } from "../../host/queries.ts";
import type { LibraryCounts, ViewSource } from "../../platform/wire.ts";
import { dropOn } from "../move/rowDrag.ts";
import { AccountMenu } from "./AccountMenu.tsx";
import { QuotaBar } from "./QuotaBar.tsx";
import styles from "./Sidebar.module.css";

type Entry = {
  source: ViewSource;
  label: string;
  icon: LucideIcon;
  count?: (counts: LibraryCounts) => number;
};

const ENTRIES: Entry[] = [
  { source: { kind: "folder", id: null }, label: "Files", icon: Folder, count: (counts) => counts.files },
  { source: { kind: "recent" }, label: "Recent", icon: Clock },
  { source: { kind: "shared_links" }, label: "Shared links", icon: Link, count: (counts) => counts.links },
  {
    source: { kind: "available_offline" },
    label: "Available offline",
    icon: CircleCheck,
    count: (counts) => counts.offline,
  },
  { source: { kind: "trash" }, label: "Trash", icon: Trash2, count: (counts) => counts.trashed },
];

type SidebarProps = {
  place: ViewSource["kind"] | "public_files";
  go: (source: ViewSource) => void;
  onPublicFiles: () => void;
  onSettings: () => void;
  onSignOut: () => void;
};

export const Sidebar = memo(function Sidebar(props: SidebarProps) {
  const { place, go, onPublicFiles, onSettings, onSignOut } = props;
  const counts = useAppState((state) => state.counts);
  return (
    <aside className={styles.side} aria-label="Places and account">
      <div className={styles.brand}>
        <Mark />
        <b className={styles.label}>Notespot</b>
      </div>
      <nav aria-label="Places" className={styles.places}>
        {ENTRIES.map(({ source, label, icon: Icon, count }) => (
          <button
            key={label}
            type="button"
            className={styles.entry}
            title={label}
            aria-current={source.kind === place ? "page" : undefined}
            {...(source.kind === "trash" && dropOn({ kind: "trash" }))}
            {...(source.kind === "folder" && dropOn({ kind: "folder", id: source.id, name: label }))}
            onClick={() => {
              go(source);
            }}
          >
            <Icon aria-hidden />
            <span className={styles.label}>{label}</span>
            <Count value={counts && count ? count(counts) : 0} />
          </button>
        ))}
        <h2 className={`${styles.section} ${styles.label}`}>Discover</h2>
        <button
          type="button"
          className={styles.entry}
          title="Public files"
          aria-current={place === "public_files" ? "page" : undefined}
          onClick={onPublicFiles}
        >
          <Globe aria-hidden />
          <span className={styles.label}>Public files</span>
        </button>
      </nav>
      <QuotaBar />
      <button type="button" className={styles.entry} title="Settings" onClick={onSettings}>
        <Settings aria-hidden />
        <span className={styles.label}>Settings</span>
      </button>
      <AccountMenu onSignOut={onSignOut} />
    </aside>
  );
});

function Count({ value }: { value: number }) {
  return value > 0 && <span className={styles.count}>{formatCount(value)}</span>;
}
