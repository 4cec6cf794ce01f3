import { expect, test } from "vitest";
import { ANSWER, CLAUSE, citation } from "../../host/fake/story";
import { Citations, asOf, shortPlace, whereIs } from "./citations";
import { copyText } from "./copyText";
import { isEverything, kindsOf, scopeWords, withKind, KINDS } from "./filters";
import { conflictsAfter, paragraphs } from "./paragraphs";

test("each passage has one number, in the order in which it is first cited", () => {
  const citations = new Citations(ANSWER);
  expect(citations.all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  expect(citations.numberOf(CLAUSE)).toBe(1);
  expect(citations.numberOf(ANSWER.conflicts[0]!.sides[1]!.citation)).toBe(1);
});

test("figures of a sheet say of when they are, other passages do not", () => {
  const [, , , uptime] = ANSWER.answer;
  expect(asOf(uptime!.citations[0]!)).toMatch(/^as of 24 Sep/);
  expect(asOf(CLAUSE)).toBeUndefined();
});

test("a place is named in full and in short", () => {
  expect(whereIs(CLAUSE)).toBe("Halden Service Agreement.pdf, page 7");
  const short = (place_text: string): string => shortPlace(citation({ quote: "", place_text }));
  expect([
    short("page 7"),
    short("lines 2 to 5"),
    short("line 4"),
    short("sheet Summary, A6:D9"),
    short("slide 3"),
  ]).toEqual(["p. 7", "l. 2–5", "l. 4", "Summary!A6:D9", "slide 3"]);
});

test("sentences of one document stand together, and a conflict follows the disputed ones", () => {
  const grouped = paragraphs(ANSWER.answer);
  expect(grouped.map(({ length }) => length)).toEqual([2, 1, 1]);
  expect(conflictsAfter(grouped)).toBe(0);
});

test("an answer is copied as plain text, with or without what it rests on", () => {
  expect(copyText(ANSWER, false)).not.toMatch(/\[1\]/);
  const full = copyText(ANSWER, true);
  expect(full).toContain("planned maintenance excluded. [1] The 40 expansion units");
  expect(full).toContain("[1] Halden Service Agreement.pdf, page 7 (written 3 March 2025, 18 months ago)");
});

test("where to look is said in words", () => {
  const filter = withKind({ collections: ["Contracts", "Halden"], labels: ["internal"] }, KINDS[0], true);
  expect(scopeWords(filter)).toBe("Contracts and Halden, Internal only, PDF");
  expect(isEverything(filter)).toBe(false);
  expect(isEverything(withKind({ collections: [], labels: [], below: null }, KINDS[0], false))).toBe(true);
  expect(kindsOf(filter)).toEqual([KINDS[0]]);
});
