import { expect, test } from "vitest";
import {
  ending,
  fileKind,
  fileName,
  held,
  parted,
  plainly,
  recordName,
  undirected,
  visible,
  letters,
} from "./text";

test("a character that turns a file name around is made visible", () => {
  expect(visible("invoice\u202efdp.exe")).toBe("invoice�fdp.exe");
  expect(visible("a\u0000b\u200bc\nd")).toBe("a�b�c d");
});

test("names with accents and in other scripts stay as they are", () => {
  for (const name of ["Osterøy Foods.odt", "ملف.pdf", "契約書.docx"]) expect(visible(name)).toBe(name);
});

test("running text loses what overrides its direction and nothing else", () => {
  expect(undirected("pay \u202e001\u202c now")).toBe("pay 001 now");
});

test("the name of a file is the last part of its path", () => {
  expect(fileName("Customers/Halden/Annex B draft.docx")).toBe("Annex B draft.docx");
  expect(fileName("plain.txt")).toBe("plain.txt");
});

test("the copy of a record is called by its kind and number", () => {
  expect(recordName("ticket/ticket 4790.html")).toBe("Ticket 4790");
  expect(recordName("price list A-1")).toBe("Price list A-1");
});

test("the kind of a file is its ending in capitals", () => {
  expect(fileKind("a.b.pdf")).toBe("PDF");
  expect(fileKind("Makefile")).toBe("FILE");
});

test("characters that cannot be seen are made visible in names", () => {
  for (const hidden of ["\u00ad", "\u3164", "\u180e", "\ufffb", "\u{e0041}"])
    expect(visible(`a${hidden}b`)).toBe("a\ufffdb");
  expect(visible("a\u2028b")).toBe("a b");
  for (const joined of ["می\u200cخواهم.pdf", "👩\u200d💻.md", "☎\ufe0f.txt"])
    expect(visible(joined)).toBe(joined);
});

test("in a sentence of the core names stand in backticks, and a lone one is a character", () => {
  expect(parted("The folder `/home/ines` is gone, `really")).toEqual([
    "The folder ",
    "/home/ines",
    " is gone, `really",
  ]);
  expect(parted("a`b")).toEqual(["a`b"]);
  expect(plainly("No model: `all-minilm` is missing.")).toBe("No model: all-minilm is missing.");
  expect(plainly("`invoice\u202efdp.exe` is gone")).toBe("invoice\ufffdfdp.exe is gone");
});

test("numbers are held to their units and nothing else", () => {
  const units = (text: string) => held(text).filter((_, index) => index % 2 === 1);
  expect(units("99.5 % and 1,200 EUR, 40 kg or 3.5 GB; § 13.4")).toEqual([
    "99.5 %",
    "1,200 EUR",
    "40 kg",
    "3.5 GB",
    "§ 13.4",
  ]);
  expect(units("14 robots in 2026 make 3 more, 5 groups\n%")).toEqual([]);
  expect(held("99.5 % a month").join("")).toBe("99.5 % a month");
});

test("the end of a name is its ending with a little before it", () => {
  expect(ending("hubspot-companies-2026-09-24.csv")).toEqual(["hubspot-companies-2026-0", "9-24.csv"]);
  expect(ending("Makefile")).toEqual(["Make", "file"]);
  expect(ending("a.md")).toEqual(["", "a.md"]);
  expect(ending("")).toEqual(["", ""]);
});

test("characters are counted as the core counts them", () => {
  expect(letters("a€🤖b")).toEqual(["a", "€", "🤖", "b"]);
});
