import { Toast } from "@base-ui/react/toast";
import { createContext, use, useMemo } from "react";
import { wordsFor } from "../../failures/words.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import { formatBytes } from "../../format/bytes.ts";
import type { Failure, NodeId, Opening } from "../../platform/wire.ts";

export type ToastLook = "done" | "link" | "moved" | "trash" | "warning" | "error" | "fetching";

/** An action in a toast stays longer, so that there is time to reach it (WCAG 2.2.1). */
const WITH_ACTION_MS = 12_000;

const openingId = (node: NodeId) => `opening:${node}`;

type Toasts = {
  say(look: ToastLook, title: string): void;
  /** With a way back. */
  undoable(look: ToastLook, title: string, undo: () => void): void;
  failed(failure: Failure): void;
  /** A file that comes to be opened; stays until `opened`. */
  opening(opening: Opening, cancel: () => void): void;
  opened(node: NodeId): void;
};

/** `part`: how much of what it is about is done, from 0 to 1. */
export type ToastData = { look: ToastLook; part?: number };

export const ToastsContext = createContext<Toasts | null>(null);

export function useToasts(): Toasts {
  const toasts = use(ToastsContext);
  if (toasts === null) throw new Error("There is no toast provider around this component.");
  return toasts;
}

/** The toasts as a thing that never changes, so that no component renders again for them. */
export function useCreateToasts(): Toasts {
  const { add, close } = Toast.useToastManager<ToastData>();
  const platform = usePlatform();
  return useMemo<Toasts>(() => {
    const say = (look: ToastLook, title: string) => {
      add({ id: title, title, data: { look } });
    };
    return {
      say,
      undoable: (look, title, undo) => {
        add({
          title,
          data: { look },
          timeout: WITH_ACTION_MS,
          actionProps: { children: "Undo", onClick: undo },
        });
      },
      failed: (failure) => {
        const words = wordsFor(failure);
        if (words.severity === "silent") return;
        const action =
          words.action === "check_server"
            ? { children: "Try again", onClick: () => void platform.checkServer().catch(() => undefined) }
            : undefined;
        add({
          id: `${failure.code}:${failure.message}`,
          title: words.title,
          description: words.message,
          data: { look: words.severity },
          priority: words.severity === "error" ? "high" : "low",
          timeout: WITH_ACTION_MS,
          ...(action && { actionProps: action }),
        });
      },
      opening: ({ node, name, size, done }, cancel) => {
        add({
          id: openingId(node),
          title: `Opening “${name}”`,
          description: `${formatBytes(size)} to download first`,
          data: { look: "fetching", part: size === 0 ? 1 : done / size },
          timeout: 0,
          actionProps: { children: "Cancel", onClick: cancel },
        });
      },
      opened: (node) => {
        close(openingId(node));
      },
    };
  }, [add, close, platform]);
}
