import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Cite } from "./Cite";

test("a chip is named by its number, its age and its place", () => {
  render(<Cite number={4} asOf="as of 24 Sep" where="Fleet uptime.xlsx, sheet Summary" current />);
  const chip = screen.getByRole("button", { name: "4 · as of 24 Sep, Fleet uptime.xlsx, sheet Summary" });
  expect(chip).toHaveAttribute("aria-current", "true");
});

test("an age and a place that turn around are shown as what they are", () => {
  const { container } = render(<Cite number={1} asOf={"as of 1\u202e"} where={"a\u202eb"} />);
  expect(screen.getByRole("button", { name: "1 · as of 1\ufffd, a\ufffdb" })).toBeVisible();
  expect(container.textContent).toBe("1 · as of 1\ufffd");
});
