import { PlatformError } from "./types.ts";

/** Copies by the page's own clipboard; where a web view forbids that, by an invisible selection. */
export async function copyTextInPage(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyBySelection(text)) {
      throw new PlatformError({
        code: "clipboard_unavailable",
        message: "The text could not be copied. Select it and copy it by hand.",
        request_id: null,
      });
    }
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  // The only way left where the asynchronous clipboard is refused.
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
