import { expect, test } from "vitest";
import { count, date, list, recordWords, shortDated, size, timeLeft, timeLeftShort } from "./words";

const now = new Date(2026, 8, 24, 14, 2);
const seconds = (...at: [number, number, number]): number => new Date(...at).getTime() / 1000;

test("a number and its unit never break apart", () => {
  expect(count(1, "file")).toBe("1\u00a0file");
  expect(count(3418, "file")).toBe("3,418\u00a0files");
  expect(count(2, "body", "bodies")).toBe("2\u00a0bodies");
});

test("a record is called by the last word of its kind and its number", () => {
  expect(recordWords({ kind: "ticket", id: "4790" })).toBe("Ticket\u00a04790");
  expect(recordWords({ kind: "helpdesk.price_list", id: "A-1" })).toBe("Price list\u00a0A-1");
});

test("the time left is never more exact than it can be", () => {
  expect(timeLeft(12)).toBe("less than a minute left");
  expect(timeLeft(370)).toBe("about 6\u00a0minutes left");
  expect(timeLeft(7300)).toBe("about 2\u00a0hours left");
  expect(timeLeft(300_000)).toBe("about 3\u00a0days left");
  expect(timeLeftShort(370)).toBe("6\u00a0min left");
});

test("a date says today, leaves out this year and names others", () => {
  expect(date(seconds(2026, 8, 24), now)).toBe("today");
  expect(date(seconds(2026, 8, 22), now)).toBe("22 Sep");
  expect(date(seconds(2025, 2, 3), now)).toBe("3 Mar 2025");
});

test("how old a source is fits into a narrow place", () => {
  expect(shortDated("written 3 March 2025, 18 months ago", now)).toBe("written 3 Mar 2025");
  expect(shortDated("last changed 24 September 2026, today", now)).toBe("changed 24 Sep");
  expect(shortDated("without a date", now)).toBe("without a date");
});

test("sizes and lists read as people say them", () => {
  expect(size(912)).toBe("912\u00a0bytes");
  expect(size(48_200_000)).toBe("48.2\u00a0MB");
  expect(list(["Contracts", "Halden", "Mail"])).toBe("Contracts, Halden and Mail");
  expect(list(["Contracts"])).toBe("Contracts");
});
