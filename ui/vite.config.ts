import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { pdfAssets } from "./scripts/pdf-assets.ts";

export default defineConfig({
  // The window serves the page from a scheme of its own, so no address may be absolute.
  base: "./",
  plugins: [react(), pdfAssets()],
  build: {
    target: ["es2022", "safari16.4"],
    // Nothing is inlined: the content security policy allows no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    // Each file more is one more round through the window's own process before anything is shown.
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
  // The made-up host shows a demo document.
  server: { fs: { allow: [".."] } },
  worker: { format: "es" },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    css: false,
    restoreMocks: true,
    maxWorkers: 2,
    // A busy machine is not a failure.
    testTimeout: 30_000,
  },
});
