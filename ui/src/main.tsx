import "@fontsource-variable/inter/index.css";
import "./tokens.css";
import "./base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { startTheme } from "./features/settings/theme.ts";
import { startInputMode } from "./host/inputMode.ts";
import type { Platform } from "./platform/types.ts";

/** The shell's platform in the app; in a plain browser, which only developers use, the fake one. */
async function choosePlatform(): Promise<Platform> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./platform/tauri.ts")).tauriPlatform;
  if (!import.meta.env.DEV) throw new Error("This page works in the Notespot app only.");
  return (await import("./platform/fake/fromAddress.ts")).fakeFromAddress(
    new URLSearchParams(location.search),
  );
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

startTheme();
startInputMode();
createRoot(root).render(
  <StrictMode>
    <App platform={await choosePlatform()} />
  </StrictMode>,
);
