import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { TooltipProvider } from "../Tooltip/Tooltip";
import { Dialog } from "./Dialog";

test("a dialog opens on its first field and closes with Esc", async () => {
  const close = vi.fn();
  render(
    <TooltipProvider>
      <Dialog title="Rename" open onClose={close}>
        <input aria-label="Name" />
      </Dialog>
    </TooltipProvider>,
  );
  expect(screen.getByRole("dialog", { name: "Rename" })).toBeVisible();
  expect(screen.getByRole("textbox")).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  expect(close).toHaveBeenCalledOnce();
});
