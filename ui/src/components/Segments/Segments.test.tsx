import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Segments } from "./Segments";

test("of a few words exactly one is chosen, and another can be", async () => {
  const choose = vi.fn();
  render(
    <Segments
      label="Theme"
      value="light"
      onChange={choose}
      options={[
        { value: "light", words: "Light" },
        { value: "dark", words: "Dark" },
      ]}
    />,
  );
  expect(screen.getByRole("group", { name: "Theme" })).toBeVisible();
  expect(screen.getByRole("button", { pressed: true })).toHaveTextContent("Light");
  await userEvent.click(screen.getByRole("button", { name: "Dark" }));
  expect(choose).toHaveBeenCalledExactlyOnceWith("dark");
});
