// `npm run icons`: makes every icon that is committed from icons/icon.svg.

import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootPath } from "./setup/folders.mjs";
import { must } from "./setup/processes.mjs";
import { run } from "./setup/say.mjs";

const KEPT = ["32x32.png", "128x128.png", "128x128@2x.png", "icon.png", "icon.icns", "icon.ico"];

await run(async () => {
  const folder = mkdtempSync(join(tmpdir(), "notespot-icons-"));
  await must("npx", ["tauri", "icon", "icons/icon.svg", "--output", folder], { cwd: rootPath });
  for (const name of KEPT) copyFileSync(join(folder, name), join(rootPath, "icons", name));
  rmSync(folder, { recursive: true });
});
