// Public files as a place of the window, beside those of the library.

import { useCallback, useEffect, useMemo, useState } from "react";
import type { ListedFile } from "../../platform/wire.ts";
import type { SearchText } from "../search/useSearchText.ts";
import type { Places } from "../shell/places.ts";
import { type PublicActions, usePublicActions } from "./usePublicActions.ts";

/** Each search is a call to the server. */
const TYPING_PAUSE_MS = 250;

export type PublicPlace = {
  isOpen: boolean;
  open: () => void;
  /** What stands in the search field. */
  search: SearchText;
  /** What is searched for. */
  searched: string;
  selected: ListedFile | null;
  select: (file: ListedFile | null) => void;
  actions: PublicActions;
  /** Copies the link of what is selected. */
  copyLink: () => void;
};

/** The places of the library, of which each closes this one, and this one. */
export function usePublicPlace(library: Places): { places: Places; discover: PublicPlace } {
  const actions = usePublicActions();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [searched, setSearched] = useState("");
  const [selected, select] = useState<ListedFile | null>(null);

  const { go: goTo } = library;
  const go = useCallback<Places["go"]>(
    (...to) => {
      setOpen(false);
      goTo(...to);
    },
    [goTo],
  );
  const open = useCallback(() => {
    // What is uploaded meanwhile goes to the top level.
    goTo({ kind: "folder", id: null });
    select(null);
    setText("");
    setSearched("");
    setOpen(true);
  }, [goTo]);

  useEffect(() => {
    const pause = setTimeout(setSearched, TYPING_PAUSE_MS, text.trim());
    return () => {
      clearTimeout(pause);
    };
  }, [text]);

  const end = () => {
    setText("");
    setSearched("");
  };
  const places = useMemo(() => ({ ...library, go }), [library, go]);
  const copyLink = () => {
    if (selected !== null) actions.copyLink(selected);
  };
  const search = { text, setText, end };
  return { places, discover: { isOpen, open, search, searched, selected, select, actions, copyLink } };
}
