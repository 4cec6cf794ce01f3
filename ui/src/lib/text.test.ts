import { expect, test } from "vitest";
import { fileKind, fileName, undirected, visible } from "./text";

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

test("the kind of a file is its ending in capitals", () => {
  expect(fileKind("a.b.pdf")).toBe("PDF");
  expect(fileKind("Makefile")).toBe("FILE");
});
