import { useMemo } from "react";
import { useAttempt } from "../../host/useAttempt.ts";
import { usePlatform } from "../../platform/PlatformContext.ts";
import type { ListedFile } from "../../platform/wire.ts";

export type PublicActions = {
  openPage: (file: ListedFile) => void;
  copyLink: (file: ListedFile) => void;
};

/** What can be done with a public file. Failures become toasts. */
export function usePublicActions(): PublicActions {
  const platform = usePlatform();
  const attempt = useAttempt();
  return useMemo(
    () => ({
      openPage: ({ slug }) => void attempt(() => platform.openPublicFile(slug)),
      copyLink: ({ slug }) => void attempt(() => platform.copyPublicFile(slug)),
    }),
    [attempt, platform],
  );
}
