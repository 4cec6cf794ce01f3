import { expect, test } from "vitest";
import { ago, dayWords, moment, shortHash } from "./moments";

const at = (day: number, hour = 14): number => new Date(2026, 8, day, hour, 6).getTime();

test("a day is named as people name it", () => {
  expect(dayWords(at(24), at(24, 18))).toBe("Today");
  expect(dayWords(at(23), at(24, 18))).toBe("Yesterday");
  expect(dayWords(at(22), at(24, 18))).toBe("Tue 22 Sep");
  expect(dayWords(new Date(2025, 2, 3).getTime(), at(24))).toBe("3 Mar 2025");
});

test("in a sentence the clock of today stands alone", () => {
  expect(moment(at(24), at(24, 18))).toBe("14:06");
  expect(moment(at(23), at(24, 18))).toBe("yesterday 14:06");
  expect(moment(at(22), at(24, 18))).toBe("Tue 22 Sep 14:06");
});

test("how long ago something was is said in minutes, then hours, then with its day", () => {
  const then = at(24);
  expect(ago(then, then + 30_000)).toBe("just now");
  expect(ago(then, then - 5_000)).toBe("just now");
  expect(ago(then, then + 2 * 60_000)).toBe("2\u00a0min ago");
  expect(ago(then, then + 3 * 3_600_000)).toBe("3\u00a0h ago");
  expect(ago(then, at(25, 15))).toBe("yesterday 14:06");
});

test("a digest is shown by its two ends", () => {
  expect(shortHash(`b83c40e7${"0".repeat(52)}19d5`)).toBe("b83c 40e7 … 19d5");
  expect(shortHash("short")).toBe("short");
});
