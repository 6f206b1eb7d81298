// The window on a list of as many rows as the address says. Rows come by `fetch`, as they do through Tauri's bridge.

import "@fontsource-variable/inter/index.css";
import "../../ui/src/tokens.css";
import "../../ui/src/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "../../ui/src/App.tsx";
import { startTheme } from "../../ui/src/features/settings/theme.ts";
import { startInputMode } from "../../ui/src/host/inputMode.ts";
import { createFake } from "../../ui/src/platform/fake/createFake.ts";
import { FakeLibrary } from "../../ui/src/platform/fake/library.ts";
import type { Platform } from "../../ui/src/platform/types.ts";
import type { ViewRow } from "../../ui/src/platform/wire.ts";

const total = Number(new URLSearchParams(location.search).get("rows"));
const fake = createFake({ library: new FakeLibrary() });
let opened = 0;

const platform: Platform = {
  ...fake.platform,
  openView: async () => ({ id: ++opened, total, bytes: total * 1_000_000, path: [] }),
  viewRows: async (_, offset, limit) => {
    const answer = await fetch(`/rows?offset=${offset}&limit=${Math.min(limit, total - offset)}`);
    return (await answer.json()) as ViewRow[];
  },
};

startTheme();
startInputMode();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App platform={platform} />
  </StrictMode>,
);
