// What stands in the search field, and when it is searched for.

import { useEffect, useEffectEvent, useState } from "react";
import type { Places } from "../shell/places.ts";

const TYPING_PAUSE_MS = 120;

export type SearchText = {
  text: string;
  /** Searched for after a short pause. */
  setText: (text: string) => void;
  /** Empties the field and goes back to where the search began. */
  end: () => void;
};

export function useSearchText(places: Places): SearchText {
  const [text, setText] = useState(places.searchText);
  const { source } = places.query;
  const [seen, setSeen] = useState(source);
  if (seen !== source) {
    // Going to another place ends the search, also one that has not begun, and empties the field.
    setSeen(source);
    if (source.kind !== "search") setText("");
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

  const end = () => {
    setText("");
    places.search("");
  };
  return { text, setText, end };
}
