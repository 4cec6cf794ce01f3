import { expect, test } from "vitest";
import { formatRoute, parseRoute, parseShown, type Route } from "./route";

test("every place in the window has an address that leads back to it", () => {
  const places: Route[] = [
    { at: "ask" },
    { at: "ask", question: "What about #4812 & 99.5 %?" },
    { at: "conversation", id: 12 },
    { at: "inbox" },
    { at: "inbox", id: 7 },
    { at: "library" },
    { at: "library", source: 3 },
    { at: "connections" },
    { at: "connections", system: "crm/Ost & West?" },
    { at: "connections", permissions: true },
    { at: "activity" },
    { at: "activity", receipt: 12 },
    { at: "activity", row: 1278 },
    { at: "activity", hosts: true },
    { at: "settings" },
    { at: "welcome" },
  ];
  for (const place of places) expect(parseRoute(formatRoute(place))).toEqual(place);
});

test("what the tray or a link says is followed, and anything else is Ask", () => {
  expect(parseRoute("conversation/12")).toEqual({ at: "conversation", id: 12 });
  expect(parseRoute("ask?question=uptime%3F")).toEqual({ at: "ask", question: "uptime?" });
  for (const odd of ["", "#/", "conversation/x", "javascript:alert(1)", "../..", "conversation/-1"]) {
    expect(parseRoute(odd)).toEqual({ at: "ask" });
  }
  expect(parseRoute("connections/system/%E0%A4%A")).toEqual({ at: "connections" });
  expect(parseRoute("activity/receipt/x")).toEqual({ at: "activity" });
});

test("the approval window is told a card and what is struck out of it, and nothing else", () => {
  expect(parseShown("#/approval/12")).toEqual({ id: 12, struck: [] });
  expect(parseShown("approval/12?without=13,14")).toEqual({ id: 12, struck: [13, 14] });
  for (const odd of ["", "approval", "approval/x", "inbox/1", "approval/1?without=x", "approval/1/2"])
    expect(parseShown(odd)).toBeNull();
});
