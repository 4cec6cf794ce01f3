import { expect, test } from "vitest";
import { payloads } from "./payloads";

const all = payloads("listener");

test("there are at least 500 payloads", () => {
  expect(all.length).toBeGreaterThanOrEqual(500);
});

test("no payload is there twice", () => {
  // Quotes, capitals and spaces are tricks of their own; where it would call is not.
  const essence = (text: string): string => text.replace(/listener\/\d+/g, "");
  const seen = new Map<string, string[]>();
  for (const { text } of all) seen.set(essence(text), [...(seen.get(essence(text)) ?? []), text]);
  expect([...seen.values()].filter((same) => same.length > 1)).toEqual([]);
});
