import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Cite } from "./Cite";

test("a chip is named by its number, its age and its place", () => {
  render(<Cite number={4} asOf="as of 24 Sep" where="Fleet uptime.xlsx, sheet Summary" current />);
  const chip = screen.getByRole("button", { name: "4 · as of 24 Sep, Fleet uptime.xlsx, sheet Summary" });
  expect(chip).toHaveAttribute("aria-current", "true");
});
