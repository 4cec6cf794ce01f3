import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { Popover } from "./Popover";

function Choices() {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label="Where to look"
      open={open}
      onOpenChange={setOpen}
      trigger={<button type="button">Choose</button>}
    >
      <input aria-label="Contracts" type="checkbox" />
    </Popover>
  );
}

test("a popover opens from its button under its own name", async () => {
  render(<Choices />);
  expect(screen.queryByRole("dialog")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Choose" }));
  expect(screen.getByRole("dialog", { name: "Where to look" })).toBeVisible();
});

test("Esc closes a popover and gives the focus back", async () => {
  render(<Choices />);
  await userEvent.click(screen.getByRole("button", { name: "Choose" }));
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.getByRole("button", { name: "Choose" })).toHaveFocus();
});
