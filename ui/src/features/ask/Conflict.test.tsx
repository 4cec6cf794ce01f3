import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { ANSWER, citation } from "../../host/fake/story";
import { show } from "../../test/render";
import { Citations } from "./citations";
import { Conflict } from "./Conflict";

/** A disagreement of sources that were written on these days. */
function disagree(...days: string[]) {
  const sides = days.map((written, index) => ({
    value: `${index} %`,
    dated: `written ${written}`,
    citation: citation({ quote: `${index}`, written }),
  }));
  const { container } = show(
    <Conflict
      conflict={{ about: "the uptime", sides }}
      citations={new Citations(ANSWER)}
      current={null}
      onCite={vi.fn()}
    />,
  );
  return [...container.querySelectorAll(".fact")].map(({ textContent }) => textContent);
}

test("of two sources one is the newest and one is older", () => {
  expect(disagree("2026-06-11", "2025-03-03")).toEqual(["Newest", "Older"]);
  expect(screen.getByRole("heading", { name: "Two sources disagree on the uptime" })).toBeVisible();
  expect(screen.getByText(/^Neither is left out/)).toBeVisible();
});

test("of more sources the last is the oldest, and none is left out", () => {
  expect(disagree("2026-06-11", "2025-03-03", "2024-01-01")).toEqual(["Newest", "Older", "Oldest"]);
  expect(screen.getByRole("heading", { name: "Three sources disagree on the uptime" })).toBeVisible();
  expect(screen.getByText(/^None is left out/)).toBeVisible();
});

test("sources of one day are not told apart by their age", () => {
  expect(disagree("2026-06-11", "2026-06-11")).toEqual(["Same day", "Same day"]);
  expect(screen.queryByText(/newest stands first/)).toBeNull();
});
