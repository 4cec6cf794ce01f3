import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** What pdf.js reads while it draws, beside its worker: character maps, the 14 standard fonts, a picture decoder. */
const FOLDERS = ["cmaps", "standard_fonts"];
const FILES = ["wasm/openjpeg_nowasm_fallback.js"];

/** Ships pdf.js's data files with the page below `pdf/`, so that drawing a page asks nobody for anything. */
export function pdfAssets(): Plugin {
  const root = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
  const names = [...FILES];
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(root, folder))) {
      if (!name.startsWith("LICENSE")) names.push(`${folder}/${name}`);
    }
  }
  return {
    name: "attache-pdf-assets",
    generateBundle() {
      for (const name of names) {
        this.emitFile({ type: "asset", fileName: `pdf/${name}`, source: readFileSync(join(root, name)) });
      }
    },
    configureServer(server) {
      server.middlewares.use("/pdf/", (request, response, next) => {
        const name = (request.url ?? "").slice(1).split("?")[0] ?? "";
        if (!names.includes(name)) {
          next();
          return;
        }
        if (name.endsWith(".js")) response.setHeader("Content-Type", "text/javascript");
        response.end(readFileSync(join(root, name)));
      });
    },
  };
}
