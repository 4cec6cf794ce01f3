import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { useRef, useState } from "react";
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

function Opener({ field }: { field: boolean }) {
  const [open, setOpen] = useState<"no" | "yes" | "done">("no");
  const place = useRef<HTMLElement>(null);
  return (
    <TooltipProvider>
      <button type="button" onClick={() => setOpen("yes")}>
        Open
      </button>
      <section ref={place} tabIndex={-1} aria-label="What was made" />
      {open !== "no" && (
        <Dialog
          title="Make"
          open
          onClose={() => setOpen("no")}
          {...(open === "done" ? { focusAfter: place } : {})}
        >
          {field && <input aria-label="Name" autoFocus />}
          <button type="button" onClick={() => setOpen("done")}>
            Make it
          </button>
        </Dialog>
      )}
    </TooltipProvider>
  );
}

test.for([true, false])(
  "the focus goes back to where it was, with a field that took it at once: %s",
  async (field) => {
    const user = userEvent.setup();
    render(<Opener field={field} />);
    const opener = screen.getByRole("button", { name: "Open" });
    await user.click(opener);
    expect(opener).not.toHaveFocus();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(opener).toHaveFocus());
  },
);

test("the focus goes on to what the dialog was for", async () => {
  const user = userEvent.setup();
  render(<Opener field />);
  await user.click(screen.getByRole("button", { name: "Open" }));
  await user.click(screen.getByRole("button", { name: "Make it" }));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.getByRole("region", { name: "What was made" })).toHaveFocus());
});
