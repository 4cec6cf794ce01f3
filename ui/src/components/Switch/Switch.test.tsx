import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Switch } from "./Switch";

test("a switch is turned by its words", async () => {
  const change = vi.fn();
  render(<Switch words="Single keys" on={false} onChange={change} />);
  await userEvent.click(screen.getByText("Single keys"));
  expect(change).toHaveBeenCalledExactlyOnceWith(true);
});

test("a switch is described by its hint", () => {
  render(<Switch words="Internal only" hint="Not for customers." on onChange={vi.fn()} />);
  const own = screen.getByRole("switch", { name: "Internal only" });
  expect(own).toBeChecked();
  expect(own).toHaveAccessibleDescription("Not for customers.");
});
