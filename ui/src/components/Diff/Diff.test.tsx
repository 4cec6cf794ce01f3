import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Diff } from "./Diff";

test("each field is read with what it was and what it becomes", () => {
  const rows = [
    { field: "a", label: "Close date", before: "30 Sep", after: "30 Oct", origin: null },
    { field: "b", label: "Pilot site", before: "Moss", after: null, origin: null },
    { field: "c", label: "Owner", before: null, after: "Jonas", origin: null },
  ];
  render(<Diff caption="Changes" system="CRM" rows={rows} />);
  const said = screen.getAllByRole("row").map(({ textContent }) => textContent);
  expect(said.slice(1)).toEqual([
    "Close datewas 30 Sepbecomes 30 Oct",
    "Pilot sitewas Moss Cleared",
    "Owneremptybecomes Jonas",
  ]);
});

test("values of others stay letters", () => {
  const rows = [{ field: "a", label: "<b>x</b>", before: "\u202eevil", after: "<img src=x>", origin: null }];
  const { container } = render(<Diff caption="Changes" system="CRM" rows={rows} />);
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent).not.toContain("\u202e");
});
