import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Button } from "./Button";

test("a button that is not possible yet can be reached but does nothing", async () => {
  const press = vi.fn();
  const submit = vi.fn((event: SubmitEvent) => event.preventDefault());
  render(
    <form onSubmit={(event) => submit(event.nativeEvent)}>
      <Button notYet type="submit" onClick={press}>
        Ask
      </Button>
    </form>,
  );
  const user = userEvent.setup();
  await user.tab();
  expect(screen.getByRole("button", { name: "Ask" })).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(press).not.toHaveBeenCalled();
  expect(submit).not.toHaveBeenCalled();
});

test("a key cap is seen but not read aloud", () => {
  render(<Button keyCap="Esc">Stop</Button>);
  expect(screen.getByRole("button", { name: "Stop" })).toHaveTextContent("StopEsc");
});
