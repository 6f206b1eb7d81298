import { ArrowUpFromLine, Folder, PanelRight, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { Button, IconButton } from "../../components/Button.tsx";
import type { Crumb } from "../../platform/wire.ts";
import { Breadcrumbs } from "./Breadcrumbs.tsx";
import type { Places } from "./places.ts";
import styles from "./TopBar.module.css";

type TopBarProps = {
  places: Places;
  /** What stands there in place of the way to a folder. */
  title: string | null;
  path: Crumb[];
  searchField: ReactNode;
  onCreateFolder: () => void;
  onUpload: () => void;
  /** Of the trash, in place of making folders; with nothing in it, there is nothing to empty. */
  emptyTrash: { onChoose: () => void; isEmpty: boolean } | null;
  /** Shows the details, where they have no place beside the list. */
  onDetails: (() => void) | null;
};

export function TopBar(props: TopBarProps) {
  const { places, title, path, searchField, onCreateFolder, onUpload, emptyTrash, onDetails } = props;
  return (
    <header className={styles.top}>
      {title === null ? (
        <Breadcrumbs source={places.query.source} path={path} go={places.go} />
      ) : (
        <h1 className={styles.crumbs}>{title}</h1>
      )}
      {searchField}
      {emptyTrash ? (
        <Button
          icon={<Trash2 aria-hidden />}
          className={styles.action}
          title="Empty trash"
          disabled={emptyTrash.isEmpty}
          onClick={emptyTrash.onChoose}
        >
          Empty trash…
        </Button>
      ) : (
        <Button
          icon={<Folder aria-hidden />}
          className={styles.action}
          title="New folder"
          onClick={onCreateFolder}
        >
          New folder
        </Button>
      )}
      <Button
        look="primary"
        icon={<ArrowUpFromLine aria-hidden />}
        className={styles.action}
        title="Upload (Ctrl U)"
        aria-keyshortcuts="Control+U"
        onClick={onUpload}
      >
        Upload
      </Button>
      {onDetails && <IconButton label="Details" icon={<PanelRight aria-hidden />} onClick={onDetails} />}
    </header>
  );
}
