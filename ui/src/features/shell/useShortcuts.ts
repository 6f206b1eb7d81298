import { useEffect, useEffectEvent } from "react";

export type Shortcuts = {
  search: () => void;
  upload: () => void;
  copyLink: () => void;
  download: () => void;
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
};

function actionOf(event: KeyboardEvent, target: Element | null): keyof Shortcuts | null {
  const isControl = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (isControl) return WITH_CONTROL[event.key.toLowerCase()] ?? null;
  const isTyping = target?.closest("input,textarea") !== null && target !== null;
  if (isTyping) return null;
  const isAltUp = event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowUp");
  return isAltUp || event.key === "Backspace" ? "up" : null;
}
