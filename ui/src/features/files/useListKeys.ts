// What each key does while the list has the keyboard.

import { type KeyboardEvent, useRef } from "react";
import type { Cursor, Reach } from "./useCursor.ts";

const TYPE_AHEAD_MS = 800;

type ListKeys = {
  cursor: Cursor;
  total: number;
  pageRows: () => number;
  onOpen: () => void;
  onRename: () => void;
  onTrash: () => void;
  onClear: () => void;
  onMenu: () => void;
  onType: (start: string, isLonger: boolean) => void;
};

export function useListKeys(keys: ListKeys): (event: KeyboardEvent) => void {
  const typed = useRef({ text: "", at: 0 });

  function type(letter: string) {
    const now = Date.now();
    const isLonger = now - typed.current.at < TYPE_AHEAD_MS && typed.current.text !== "";
    const text = isLonger ? typed.current.text + letter : letter;
    typed.current = { text, at: now };
    keys.onType(text.toLocaleLowerCase(), isLonger);
  }

  return (event) => {
    if (event.target !== event.currentTarget) return;
    if (moveByKey(event, keys) || actByKey(event, keys)) {
      event.preventDefault();
      return;
    }
    const isTyping = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isTyping) {
      event.preventDefault();
      type(event.key);
    }
  };
}

function moveByKey(event: KeyboardEvent, { cursor, total, pageRows }: ListKeys): boolean {
  if (event.altKey) return false;
  const to: Record<string, number> = {
    ArrowDown: cursor.index + 1,
    ArrowUp: cursor.index - 1,
    PageDown: cursor.index + pageRows(),
    PageUp: cursor.index - pageRows(),
    Home: 0,
    End: total - 1,
  };
  const index = to[event.key];
  if (index === undefined) return false;
  const reach: Reach = event.shiftKey ? "extend" : event.ctrlKey ? "leave" : "only";
  cursor.move(index, reach);
  return true;
}

function actByKey(event: KeyboardEvent, keys: ListKeys): boolean {
  if (event.key === "Enter") keys.onOpen();
  else if (event.key === "F2") keys.onRename();
  else if (event.key === "Delete") keys.onTrash();
  else if (event.key === "Escape") keys.onClear();
  else if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) keys.onMenu();
  else if (event.ctrlKey && event.key.toLowerCase() === "a") keys.cursor.selectAll();
  else if (event.key === " ") keys.cursor.toggle(keys.cursor.index);
  else return false;
  return true;
}
