// The window's UI as it is shipped, on rows that a small server answers: `bench/frames.mjs` measures it.

import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL("frames", import.meta.url)),
  plugins: [react()],
  define: { "import.meta.env.VITE_APP_VERSION": JSON.stringify("0.0.0") },
  build: { outDir: "dist", emptyOutDir: true, target: "safari16", assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
});
