// What is on the screen, pixel by pixel, without asking the webview: Xvfb keeps it in a file (its option `-fbdir`).
import { closeSync, openSync, readSync } from "node:fs";
import { until } from "./window.mjs";

/** One row in so many is looked at. */
const EVERY = 4;

/** Opens the screen. The file is in the format of `xwd`: a header of 32-bit numbers, then the rows. */
export function openScreen(file = process.env.ATTACHE_SCREEN) {
  const screen = openSync(file, "r");
  const header = Buffer.alloc(100);
  readSync(screen, header, 0, header.length, 0);
  const field = (index) => header.readUInt32BE(4 * index);
  const [size, width, height, stride, colors] = [field(0), field(4), field(5), field(12), field(19)];
  const start = size + colors * 12;
  const rows = Math.ceil(height / EVERY);
  return {
    width,
    height,
    /** Some of the rows, as numbers, one for each pixel. */
    look() {
      const bytes = Buffer.allocUnsafe(rows * stride);
      for (let row = 0; row < rows; row += 1) readSync(screen, bytes, row * stride, stride, start + row * EVERY * stride);
      return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    },
    /** Where a pixel of those rows is on the screen. */
    at: (index) => ({ x: index % (stride / 4), y: Math.floor(index / (stride / 4)) * EVERY }),
    close: () => closeSync(screen),
  };
}

/** Rounded corners come out a little differently when only a part is painted again. */
const SOME = 50;

/** Whether two looks are equal in a part of the screen, apart from the pixels in `moving` and some of the corners. */
export function equal(screen, one, other, part, moving = new Set()) {
  const { left, top, right, bottom } = part ?? { left: 0, top: 0, right: screen.width, bottom: screen.height };
  const stride = one.length / Math.ceil(screen.height / EVERY);
  let different = 0;
  for (let y = Math.ceil(top / EVERY) * EVERY; y < bottom; y += EVERY) {
    for (let index = (y / EVERY) * stride + left; index < (y / EVERY) * stride + right; index += 1) {
      if (one[index] !== other[index] && !moving.has(index)) different += 1;
      if (different > SOME) return false;
    }
  }
  return true;
}

/** Until the screen has not changed for a while; a caret is no change. */
export async function still() {
  const screen = openScreen();
  let last = screen.look();
  let same = 0;
  await until("a screen that stands still", () => {
    const now = screen.look();
    same = equal(screen, now, last) ? same + 1 : 0;
    last = now;
    return same > 8;
  });
  screen.close();
}
