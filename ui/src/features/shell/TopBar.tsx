import { Folder, ArrowUpFromLine, PanelRight, Search, X } from "lucide-react";
import { type RefObject, useEffect, useEffectEvent, useState } from "react";
import { Button, IconButton } from "../../components/Button.tsx";
import { Kbd } from "../../components/Kbd.tsx";
import type { Crumb } from "../../platform/wire.ts";
import { Breadcrumbs } from "./Breadcrumbs.tsx";
import type { Places } from "./places.ts";
import styles from "./TopBar.module.css";

const TYPING_PAUSE_MS = 120;

type TopBarProps = {
  places: Places;
  path: Crumb[];
  searchField: RefObject<HTMLInputElement | null>;
  onCreateFolder: () => void;
  onUpload: () => void;
  /** Shows the details, where they have no place beside the list. */
  onDetails: (() => void) | null;
};

export function TopBar({ places, path, searchField, onCreateFolder, onUpload, onDetails }: TopBarProps) {
  return (
    <header className={styles.top}>
      <Breadcrumbs source={places.query.source} path={path} go={places.go} />
      <SearchField places={places} field={searchField} />
      <Button
        icon={<Folder aria-hidden />}
        className={styles.action}
        title="New folder"
        onClick={onCreateFolder}
      >
        New folder
      </Button>
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

function SearchField({ places, field }: { places: Places; field: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState(places.searchText);
  const [seen, setSeen] = useState(places.searchText);
  if (seen !== places.searchText) {
    // Going to another place ends the search, and empties the field.
    setSeen(places.searchText);
    if (places.searchText === "") setText("");
  }
  const search = useEffectEvent((wanted: string) => {
    if (wanted !== places.searchText) places.search(wanted);
  });

  useEffect(() => {
    const pause = setTimeout(search, TYPING_PAUSE_MS, text);
    return () => {
      clearTimeout(pause);
    };
  }, [text]);

  return (
    <div role="search" className={styles.search}>
      <Search aria-hidden />
      <input
        ref={field}
        className={styles.searchInput}
        aria-label="Search all files"
        aria-keyshortcuts="Control+K"
        placeholder="Search all files"
        spellCheck={false}
        dir="auto"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setText("");
          places.search("");
          event.currentTarget.blur();
        }}
      />
      {text === "" ? (
        <Kbd keys="Ctrl K" />
      ) : (
        <IconButton
          label="End the search"
          icon={<X aria-hidden />}
          onClick={() => {
            setText("");
            places.search("");
          }}
        />
      )}
    </div>
  );
}
