import { useRef } from "react";
import { useHostEvent } from "../../host/useHostEvent.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { NodeId } from "../../platform/wire.ts";
import { useToasts } from "../toasts/useToasts.ts";

/** Says which files are being downloaded to be opened. Renders nothing. */
export function OpeningFiles(): null {
  const platform = usePlatform();
  const toasts = useToasts();
  const shown = useRef(new Set<NodeId>());
  useHostEvent((event) => {
    if (event.kind !== "opening_changed") return;
    const now = new Set(event.opening.map(({ node }) => node));
    for (const node of shown.current) if (!now.has(node)) toasts.opened(node);
    shown.current = now;
    for (const opening of event.opening)
      toasts.opening(opening, () => void platform.cancelOpening(opening.node).catch(() => undefined));
  });
  return null;
}
