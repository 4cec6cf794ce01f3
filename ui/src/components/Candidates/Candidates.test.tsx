import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Candidates } from "./Candidates";

const NEAR = [
  { id: "1", title: "Halden Logistics", about: "city Moss" },
  { id: "2", title: "Halden\u202e <b>Nord</b>", about: "" },
];

test("nothing is picked before the person does it, with the keyboard too", async () => {
  const picked = vi.fn();
  render(<Candidates label="Which?" candidates={NEAR} value={null} onChange={picked} />);
  for (const radio of screen.getAllByRole("radio")) expect(radio).not.toBeChecked();
  const user = userEvent.setup();
  await user.tab();
  await user.keyboard(" ");
  expect(picked).toHaveBeenCalledWith("1");
});

test("what tells records from each other is part of their names, and titles of others stay letters", () => {
  const { container } = render(
    <Candidates label="Which?" candidates={NEAR} value="2" onChange={() => undefined} />,
  );
  expect(screen.getByRole("radio", { name: "Halden Logistics 1, city Moss" })).not.toBeChecked();
  expect(screen.getByRole("radio", { name: "Halden <b>Nord</b> 2" })).toBeChecked();
  expect(container.textContent).not.toContain("\u202e");
});
