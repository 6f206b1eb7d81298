import { Toast } from "@base-ui/react/toast";
import { createContext, use, useMemo } from "react";
import { wordsFor } from "../../failures/words.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { Failure } from "../../platform/wire.ts";

export type ToastLook = "done" | "link" | "trash" | "warning" | "error";

/** An action in a toast stays longer, so that there is time to reach it (WCAG 2.2.1). */
const WITH_ACTION_MS = 12_000;

type Toasts = {
  say(look: ToastLook, title: string): void;
  trashed(title: string, undo: () => void): void;
  failed(failure: Failure): void;
};

export const ToastsContext = createContext<Toasts | null>(null);

export function useToasts(): Toasts {
  const toasts = use(ToastsContext);
  if (toasts === null) throw new Error("There is no toast provider around this component.");
  return toasts;
}

/** The toasts as a thing that never changes, so that no component renders again for them. */
export function useCreateToasts(): Toasts {
  const { add } = Toast.useToastManager<{ look: ToastLook }>();
  const platform = usePlatform();
  return useMemo<Toasts>(() => {
    const say = (look: ToastLook, title: string) => {
      add({ id: title, title, data: { look } });
    };
    return {
      say,
      trashed: (title, undo) => {
        add({
          title,
          data: { look: "trash" },
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
    };
  }, [add, platform]);
}
