import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { TooltipProvider } from "../Tooltip/Tooltip";
import { IconButton } from "./IconButton";

test("a button without words is named by what it does", async () => {
  const press = vi.fn();
  render(<IconButton icon="x" label="Close evidence" tip={false} onClick={press} />);
  await userEvent.click(screen.getByRole("button", { name: "Close evidence" }));
  expect(press).toHaveBeenCalledOnce();
});

test("a button that stays down says so", () => {
  render(
    <TooltipProvider>
      <IconButton icon="pane" label="Hide evidence pane" pressed />
    </TooltipProvider>,
  );
  expect(screen.getByRole("button")).toHaveAttribute("aria-pressed", "true");
});
