import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { DOCUMENTS } from "../../host/fake/story";
import { SheetView, columnName } from "./SheetView";

test("columns are named as spreadsheets name them", () => {
  expect([0, 25, 26, 51, 702].map(columnName)).toEqual(["A", "Z", "AA", "AZ", "AAA"]);
});

test("the cited cells are marked and the grid says which they are", () => {
  const view = DOCUMENTS.find(({ shape }) => shape === "sheet")!;
  const { container } = render(<SheetView view={view} />);
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
  render(<SheetView view={{ ...view, sheet: { ...view.sheet!, rows, marked: null } }} />);
  expect(screen.getAllByRole("columnheader").map(({ textContent }) => textContent)).toEqual(["A", "B", "C"]);
  const row = screen.getByRole("row", { name: /Ridge 400/ });
  expect([...row.children].map(({ textContent }) => textContent)).toEqual(["2", "Ridge 400", "", "1,200"]);
});
