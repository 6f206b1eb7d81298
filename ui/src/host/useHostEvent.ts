import { useEffect, useEffectEvent } from "react";
import { usePlatform } from "../platform/PlatformContext.ts";
import type { AppEvent } from "../platform/wire.ts";

/** Calls the listener with every event of the host, as long as the component is there. */
export function useHostEvent(listener: (event: AppEvent) => void): void {
  const platform = usePlatform();
  const hear = useEffectEvent(listener);
  useEffect(
    () =>
      platform.onEvent((event) => {
        hear(event);
      }),
    [platform],
  );
}
