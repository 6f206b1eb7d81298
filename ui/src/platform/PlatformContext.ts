import { createContext, use } from "react";
import type { Platform } from "./types.ts";

export const PlatformContext = createContext<Platform | null>(null);

export function usePlatform(): Platform {
  const platform = use(PlatformContext);
  if (platform === null) throw new Error("There is no platform around this component.");
  return platform;
}
