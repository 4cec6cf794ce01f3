import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Menu } from "./Menu";

function show(onSelect = vi.fn()) {
  render(
    <Menu
      items={[
        { words: "Rename", onSelect },
        { words: "Delete", danger: true, onSelect: vi.fn() },
      ]}
    >
      <button type="button">More</button>
    </Menu>,
  );
  return onSelect;
}

test("a menu opens and acts by keyboard alone", async () => {
  const rename = show();
  const user = userEvent.setup();
  await user.tab();
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("menuitem", { name: "Rename" })).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(rename).toHaveBeenCalledOnce();
  expect(screen.queryByRole("menu")).toBeNull();
});

test("what cannot be undone is coloured so", async () => {
  show();
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  expect(await screen.findByRole("menuitem", { name: "Delete" })).toHaveClass("t-deny");
});
