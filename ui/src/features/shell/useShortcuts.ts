import { useEffect, useEffectEvent } from "react";

export type Shortcuts = {
  search: () => void;
  upload: () => void;
  copyLink: () => void;
  download: () => void;
  details: () => void;
  cut: () => void;
  copy: () => void;
  paste: () => void;
  up: () => void;
};

/** The keys that work wherever the keyboard stands in the window, except in a dialog or a menu. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || target?.closest("[role=dialog],[role=alertdialog],[role=menu]")) return;
    const action = actionOf(event, target);
    if (action === null) return;
    event.preventDefault();
    shortcuts[action]();
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      press(event);
    };
    addEventListener("keydown", listener);
    return () => {
      removeEventListener("keydown", listener);
    };
  }, []);
}

const WITH_CONTROL: Record<string, keyof Shortcuts> = {
  k: "search",
  u: "upload",
  l: "copyLink",
  s: "download",
  i: "details",
};

const CARRYING: Record<string, keyof Shortcuts> = { x: "cut", c: "copy", v: "paste" };

function actionOf(event: KeyboardEvent, target: Element | null): keyof Shortcuts | null {
  const isControl = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const isTyping = target?.closest("input,textarea") !== null && target !== null;
  if (isControl) {
    const carrying = CARRYING[event.key.toLowerCase()];
    if (carrying === undefined) return WITH_CONTROL[event.key.toLowerCase()] ?? null;
    // Text that is being typed or was marked is cut and copied as everywhere.
    return isTyping || (getSelection()?.toString() ?? "") !== "" ? null : carrying;
  }
  if (isTyping) return null;
  const isAltUp = event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowUp");
  return isAltUp || event.key === "Backspace" ? "up" : null;
}
