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

test("a switch that is not possible yet can be reached and does nothing", async () => {
  const change = vi.fn();
  render(<Switch words="Tickets" hint="Deleting the copies…" on={false} notYet onChange={change} />);
  const own = screen.getByRole("switch", { name: "Tickets" });
  await userEvent.click(own);
  expect(own).not.toBeChecked();
  expect(own).toHaveAttribute("aria-disabled", "true");
  own.focus();
  expect(own).toHaveFocus();
  expect(change).not.toHaveBeenCalled();
});

test("a switch is described by its hint", () => {
  render(<Switch words="Internal only" hint="Not for customers." on onChange={vi.fn()} />);
  const own = screen.getByRole("switch", { name: "Internal only" });
  expect(own).toBeChecked();
  expect(own).toHaveAccessibleDescription("Not for customers.");
});
