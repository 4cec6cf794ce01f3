// Prints what the page loads before it can be used and fails above the limit.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT = 250 * 1024;
const dist = resolve(import.meta.dirname, "../dist");
const html = readFileSync(join(dist, "index.html"), "utf8");
const seen = new Set();

/** A script and everything it imports before it runs. */
function follow(file) {
  if (seen.has(file)) return;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, , name] of text.matchAll(/\b(?:import|from)\s*(["'])(\.[^"']+)\1/g))
    follow(resolve(dirname(file), name));
}

for (const [, name] of html.matchAll(/(?:src|href)="(\.\/[^"]+\.js)"/g)) follow(resolve(dist, name));
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
let total = 0;
for (const file of seen) total += gzipSync(readFileSync(file)).length;

const styles = [...html.matchAll(/href="(\.\/[^"]+\.css)"/g)].map(([, name]) => resolve(dist, name));
const style = styles.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);

console.log(
  `initial script ${kilobytes(total)} gzip in ${seen.size} files, limit ${kilobytes(LIMIT)}; styles ${kilobytes(style)} gzip`,
);

// The host that makes answers up is for tests; a page that could show it must not be shipped.
const scripts = readdirSync(join(dist, "assets")).filter((name) => name.endsWith(".js"));
const faked = scripts.filter((name) =>
  readFileSync(join(dist, "assets", name), "utf8").includes("attache-fake-host"),
);
if (faked.length > 0) {
  console.error(`the fake host is in ${faked.join(", ")}`);
  process.exit(1);
}
if (seen.size === 0 || statSync(dist).isDirectory() === false) {
  console.error("no script found in dist/index.html");
  process.exit(1);
}
if (total > LIMIT) {
  console.error("the initial script is above its limit");
  process.exit(1);
}
