import { useCallback } from "react";
import { failureOf } from "../platform/types.ts";
import { useToasts } from "../features/toasts/useToasts.ts";

/** Runs a command; a failure is shown as a toast. Answers whether it went well. */
export function useAttempt(): (work: () => Promise<unknown>) => Promise<boolean> {
  const toasts = useToasts();
  return useCallback(
    async (work) => {
      try {
        await work();
        return true;
      } catch (thrown) {
        toasts.failed(failureOf(thrown));
        return false;
      }
    },
    [toasts],
  );
}
