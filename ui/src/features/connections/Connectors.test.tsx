import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { CONNECTORS } from "../../host/fake/systems";
import { Connectors } from "./Connectors";

test("each kind of system says what it is good for and what it was tried with", async () => {
  const choose = vi.fn();
  const { container } = render(<Connectors connectors={CONNECTORS} last={null} onChoose={choose} />);
  const redmine = screen.getByRole("button", {
    name: "Redmine Issues with notes, projects and their wiki. Tried: Redmine 5.0.4",
  });
  expect(container).not.toHaveTextContent("make");
  await userEvent.click(redmine);
  expect(choose).toHaveBeenCalledExactlyOnceWith(CONNECTORS[1]);
});

test("the one that was chosen before has the focus", () => {
  render(<Connectors connectors={CONNECTORS} last={CONNECTORS[2]!} onChoose={() => undefined} />);
  expect(screen.getByRole("button", { name: /^Request Tracker/ })).toHaveFocus();
});
