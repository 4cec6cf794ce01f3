import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Fold } from "./Fold";

test("what is folded is not there until it is wanted", async () => {
  const user = userEvent.setup();
  render(
    <Fold words="Show the raw request">
      <p>PATCH</p>
    </Fold>,
  );
  const button = screen.getByRole("button", { name: "Show the raw request" });
  expect(button).toHaveAttribute("aria-expanded", "false");
  expect(screen.queryByText("PATCH")).toBeNull();
  await user.click(button);
  expect(screen.getByText("PATCH")).toBeVisible();
  expect(button).toHaveAttribute("aria-expanded", "true");
});
