import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Meter } from "./Meter";

test("a meter says its value in words and never leaves its bar", () => {
  render(<Meter label="Read" value={1.7} words="3,418 of 3,418 files" />);
  const bar = screen.getByRole("progressbar", { name: "Read" });
  expect(bar).toHaveAttribute("aria-valuenow", "100");
  expect(bar).toHaveAttribute("aria-valuetext", "3,418 of 3,418 files");
});
