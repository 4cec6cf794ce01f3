import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Field } from "./Field";

test("a field is found by its name", () => {
  render(<Field label="Find a file" icon="search" />);
  expect(screen.getByRole("textbox", { name: "Find a file" })).toBeVisible();
});

test("every letter that is written is told", async () => {
  const change = vi.fn();
  render(<Field label="Name" onChange={change} />);
  await userEvent.type(screen.getByRole("textbox"), "abc");
  expect(change).toHaveBeenCalledTimes(3);
});
