import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { DOCUMENTS, citation } from "../../host/fake/story";
import { SheetView, columnName } from "./SheetView";

const shown = {
  number: 4,
  said: "September stands at 99.71 %.",
  citation: citation({ quote: "Availability Fleet Manager | % | 99.71 % | to date" }),
};

test("columns are named as spreadsheets name them", () => {
  expect([0, 25, 26, 51, 702].map(columnName)).toEqual(["A", "Z", "AA", "AZ", "AAA"]);
});

test("the cited cells are marked and the grid says which they are", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  const { container } = render(<SheetView view={view} shown={shown} />);
  expect(screen.getByRole("region", { name: /cited cells A9:D9/ })).toBeVisible();
  expect([...container.querySelectorAll(".cell-mark")].map(({ textContent }) => textContent)).toEqual([
    "Availability Fleet Manager",
    "%",
    "99.71 %",
    "to date",
  ]);
});

test("a window into a large sheet keeps the numbers of its rows and columns", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  render(
    <SheetView
      shown={shown}
      view={{ ...view, sheet: { ...view.sheet!, first_row: 900, first_column: 26, marked: null } }}
    />,
  );
  expect(screen.getByRole("rowheader", { name: "901" })).toBeVisible();
  expect(screen.getByRole("columnheader", { name: "AA" })).toBeVisible();
});

test("a column that is empty all the way down keeps its letter", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  const rows = [
    ["Product", "", "Price"],
    ["Ridge 400", "", "1,200"],
  ];
  render(<SheetView shown={shown} view={{ ...view, sheet: { ...view.sheet!, rows, marked: null } }} />);
  expect(screen.getAllByRole("columnheader").map(({ textContent }) => textContent)).toEqual(["A", "B", "C"]);
  const row = screen.getByRole("row", { name: /Ridge 400/ });
  expect([...row.children].map(({ textContent }) => textContent)).toEqual(["2", "Ridge 400", "", "1,200"]);
});

test("a value and its unit stay on one line in their cell", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  render(<SheetView view={view} shown={shown} />);
  expect(screen.getByText("§ 4.2", { selector: ".nowrap" })).toBeVisible();
  expect(screen.getByText("99.71 %").closest("td")).toHaveClass("figure");
});

test("the row that is quoted is brought into sight", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  const range = { top: 5, left: 0, bottom: 8, right: 3 };
  const seen: string[] = [];
  vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation(function (this: Element) {
    seen.push(this.getAttribute("data-cell") ?? "");
  });
  render(<SheetView view={{ ...view, sheet: { ...view.sheet!, marked: range } }} shown={shown} />);
  expect(seen).toEqual(["8/0"]);
});

test("a row that moved is marked where it stands now", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  const { container } = render(
    <SheetView
      view={{ ...view, sheet: { ...view.sheet!, marked: { top: 5, left: 0, bottom: 5, right: 3 } } }}
      shown={shown}
    />,
  );
  expect(screen.getByRole("region", { name: /cited cells A9:D9/ })).toBeVisible();
  expect(container.querySelectorAll(".cell-mark")).toHaveLength(4);
  expect(screen.queryByRole("status")).toBeNull();
});

test("words that are no longer in the sheet are said to be gone, with what was quoted, and nothing is marked", async () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  const gone = {
    ...shown,
    citation: citation({ quote: "Availability Fleet Manager | % | 98.02 % | to date" }),
  };
  const { container } = render(<SheetView view={view} shown={gone} />);
  expect(screen.getByRole("status")).toHaveTextContent(
    "The quoted words are no longer in this file.This is what stood there when the answer was made:Availability Fleet Manager | % | 98.02 % | to date",
  );
  expect(container.querySelector(".cell-mark")).toBeNull();
  await expect(container).toHaveNoFindings();
});

test("in a file that is the same, the cited cells are marked although the words were put together otherwise", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  const same = { ...shown, citation: citation({ quote: "Availability: 99.71 %", modified: view.modified }) };
  const { container } = render(<SheetView view={view} shown={same} />);
  expect(screen.queryByRole("status")).toBeNull();
  expect(container.querySelectorAll(".cell-mark")).toHaveLength(4);
});
