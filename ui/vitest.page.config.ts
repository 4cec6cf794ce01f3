import { join } from "node:path";
import { defineConfig } from "vitest/config";

// The built page in a real browser: scripts/page-tests.sh, or `npm run test:page` after a build.
const ours = (name: string): string => join(import.meta.dirname, "node_modules", name);

export default defineConfig({
  root: join(import.meta.dirname, "../tests/page"),
  cacheDir: ours(".vite-page"),
  test: {
    environment: "node",
    globalSetup: "setup.ts",
    maxWorkers: 2,
    // A busy machine is not a failure: these only end what will never come.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000, interval: 50 } },
  },
  resolve: {
    alias: Object.fromEntries(
      ["vitest", "playwright-core", "axe-core", "pixelmatch", "pngjs"].map((name) => [name, ours(name)]),
    ),
  },
  server: { fs: { allow: [".."] } },
});
