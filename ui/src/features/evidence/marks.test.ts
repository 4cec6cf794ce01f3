import { expect, test } from "vitest";
import type { ViewBlock } from "../../host";
import { blockAt, findQuote, pieces, sideways } from "./marks";

const line = (text: string, first: number): ViewBlock => ({
  kind: "paragraph",
  text,
  place: { kind: "lines", first, last: first },
  place_text: "",
});

function marked(blocks: ViewBlock[], quote: string, near = 0): string[] {
  return [...findQuote(pieces(blocks), quote, near)].flatMap(([piece, ranges]) =>
    ranges.map(({ start, end }) => piece.text.slice(start, end)),
  );
}

test("a quote is found although its lines break elsewhere", () => {
  expect(
    marked(
      [line("It is no less than 99.5 % in each calendar month. Else credits.", 1)],
      "99.5 % in each\ncalendar month.",
    ),
  ).toEqual(["99.5 % in each calendar month."]);
});

test("a quote over several paragraphs marks its part of each", () => {
  expect(marked([line("One. Two.", 1), line("Three. Four.", 2)], "Two. Three.")).toEqual(["Two.", "Three."]);
});

test("of equal words those at the cited place are marked", () => {
  const blocks = [line("See annex B.", 1), line("Other.", 2), line("See annex B.", 3)];
  const near = blockAt(blocks, { kind: "lines", first: 3, last: 3 });
  const [piece] = [...findQuote(pieces(blocks), "annex B", near)][0] ?? [];
  expect(near).toBe(2);
  expect(piece?.block).toBe(2);
});

test("a quote of a table row marks its cells", () => {
  const table: ViewBlock = {
    kind: "table",
    header: ["name", "uptime"],
    rows: [{ cells: ["Halden", "99.9 %"], place: { kind: "lines", first: 2, last: 2 } }],
  };
  expect(marked([table], "Halden | 99.9 %")).toEqual(["Halden", "99.9 %"]);
  expect(blockAt([line("x", 1), table], { kind: "lines", first: 2, last: 5 })).toBe(1);
});

test("words that are not there mark nothing", () => {
  expect(marked([line("Something else.", 1)], "99.5 %")).toEqual([]);
  expect(marked([line("Something else.", 1)], " ")).toEqual([]);
});

test("a grid scrolls so far that all of what is cited is seen, or else what the answer says by it", () => {
  const cited = { left: 40, right: 340 };
  const said = { left: 200, right: 260 };
  expect(sideways(cited, said, 40, 400)).toBe(0);
  expect(sideways({ left: 1000, right: 1300 }, { left: 1100, right: 1200 }, 40, 400)).toBe(900);
  expect(sideways({ left: 40, right: 940 }, said, 40, 400)).toBe(0);
  expect(sideways({ left: 40, right: 940 }, { left: 500, right: 600 }, 40, 400)).toBe(200);
});
