// Whether the person last used the keyboard or the pointer: the list's cursor is drawn for the keyboard only.

/** Marks the document with `data-input`, for style sheets. */
export function startInputMode(): void {
  addEventListener("keydown", mark, { capture: true });
  addEventListener("pointerdown", mark, { capture: true });
}

function mark(event: Event): void {
  document.documentElement.dataset["input"] = event.type === "keydown" ? "keys" : "pointer";
}
