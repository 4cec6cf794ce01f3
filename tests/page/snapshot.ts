import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import type { Page } from "./page";

const KEPT = join(import.meta.dirname, "snapshots");
/**
 * How much of a picture may differ. On one machine nothing does; another version of Chromium may draw the edges of letters a
 * little differently, which at half the size rarely reaches the threshold below. Half a percent is a word or two: what is
 * smaller is for the tests of components.
 */
const TOLERATED = 0.005;
/** How much one pixel may differ, from 0 to 1, before it counts. */
const THRESHOLD = 0.2;

/** How a page differs from its kept picture, as a sentence; nothing if it does not. `ATTACHE_ACCEPT=yes` keeps it anew. */
export async function differs(page: Page, name: string): Promise<string> {
  const kept = join(KEPT, `${name}.png`);
  const seen = await page.screenshot({
    animations: "disabled",
    caret: "hide",
    scale: "css",
  });
  if (process.env["ATTACHE_ACCEPT"] === "yes") {
    await mkdir(KEPT, { recursive: true });
    await writeFile(kept, PNG.sync.write(halved(seen), { colorType: 2, deflateLevel: 9 }));
    return "";
  }
  if (!existsSync(kept)) return `There is no picture \`${kept}\` yet. ${ACCEPT}`;
  const [now, then] = [halved(seen), PNG.sync.read(await readFile(kept))];
  if (now.width !== then.width || now.height !== then.height)
    return `The page is ${now.width} x ${now.height} and its picture ${then.width} x ${then.height}. ${ACCEPT}`;
  const difference = new PNG({ width: now.width, height: now.height });
  const pixels = pixelmatch(now.data, then.data, difference.data, now.width, now.height, {
    threshold: THRESHOLD,
  });
  const part = pixels / (now.width * now.height);
  if (part <= TOLERATED) return "";
  const folder = await mkdtemp(join(process.env["ATTACHE_PICTURES"] ?? tmpdir(), "attache-pictures-"));
  await writeFile(join(folder, "now.png"), seen);
  await writeFile(join(folder, "difference.png"), PNG.sync.write(difference));
  return `${(part * 100).toFixed(1)} % of ${name} look different; see ${folder}. ${ACCEPT}`;
}

const ACCEPT = "If this is meant, keep the new pictures with `ATTACHE_ACCEPT=yes scripts/page-tests.sh`.";

/** Half as wide and high: a fourth of the bytes to keep, and the edges of letters matter less. */
function halved(file: Buffer): PNG {
  const from = PNG.sync.read(file);
  const to = new PNG({ width: from.width >> 1, height: from.height >> 1 });
  for (let row = 0; row < to.height; row += 1) {
    for (let column = 0; column < to.width; column += 1) {
      for (let channel = 0; channel < 4; channel += 1) {
        const at = (right: number, down: number): number =>
          from.data[((2 * row + down) * from.width + 2 * column + right) * 4 + channel] ?? 0;
        to.data[(row * to.width + column) * 4 + channel] = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
      }
    }
  }
  return to;
}
