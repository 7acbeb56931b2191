import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/**
 * Builds into the Python package: the built files are committed, so nobody needs Node to run Steward.
 * Builds must be byte-identical everywhere, therefore nothing here depends on time, folder or environment.
 */
export default defineConfig(({ command }) => ({
  // The built files live below /ui/, the pages at the root; the development server has no such split.
  base: command === "build" ? "/ui/" : "/",
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "../src/steward/surfaces/ui/dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    license: { fileName: "licenses.md" },
  },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(["/api", "/v1", "/ui", "/health"].map((path) => [path, "http://127.0.0.1:8000"])),
  },
  test: { include: ["test/**/*.test.ts?(x)"], environment: "node" },
}));
