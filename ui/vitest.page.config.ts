import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Journeys through the built page in a real browser: `npm run build` first, Chromium at /usr/bin/chromium.
export default defineConfig({
  root: join(import.meta.dirname, "../tests/page"),
  test: { environment: "node", maxWorkers: 1, testTimeout: 120_000, hookTimeout: 60_000 },
  resolve: { alias: { vitest: join(import.meta.dirname, "node_modules/vitest") } },
  server: { fs: { allow: [".."] } },
});
