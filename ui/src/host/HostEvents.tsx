import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { usePlatform } from "../platform/PlatformContext.ts";
import { coalesce } from "./coalesce.ts";
import { keys } from "./keys.ts";

/** Milliseconds between two refreshes while many files arrive: often enough to look alive. */
const BETWEEN_REFRESHES = 200;

/** Keeps what the UI remembers of the host in step with what the host tells. Renders nothing. */
export function HostEvents(): null {
  const platform = usePlatform();
  const queries = useQueryClient();

  useEffect(() => {
    const refreshLibrary = coalesce(
      () => queries.invalidateQueries({ queryKey: keys.library }),
      BETWEEN_REFRESHES,
    );
    return platform.onEvent((event) => {
      if (event.kind === "state_changed") queries.setQueryData(keys.appState, event.state);
      else if (event.kind === "transfers_changed") queries.setQueryData(keys.transfers, event.transfers);
      else if (event.kind === "library_changed") refreshLibrary();
    });
  }, [platform, queries]);

  return null;
}
