import { expect, test } from "vitest";
import { excerpt } from "./excerpt";

const marks = (passage: string, words: string[]): string[] => {
  const { text, ranges } = excerpt(passage, words);
  return ranges.map(({ start, end }) => text.slice(start, end));
};

test("the words that were looked for are marked, the longer one where they overlap", () => {
  expect(marks("Units with a Bootloader older than 1.9", ["boot", "bootloader", "1.9", "a"])).toEqual([
    "Bootloader",
    "1.9",
  ]);
});

test("a long passage is cut around the first word that was found", () => {
  const { text } = excerpt(`${"before ".repeat(60)}bootloader ${"after ".repeat(60)}`, ["bootloader"]);
  expect(text).toMatch(/^… before/);
  expect(text).toMatch(/after …$/);
  expect(text).toContain("bootloader");
});

test("a passage without the words is shown from its beginning", () => {
  expect(excerpt("Found by its meaning.", ["bootloader"])).toEqual({
    text: "Found by its meaning.",
    ranges: [],
  });
});
