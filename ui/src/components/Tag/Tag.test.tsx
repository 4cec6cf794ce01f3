import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Count, Tag, TagButton } from "./Tag";

test("a label that forbids something has the strong edge", () => {
  render(
    <Tag icon="lock" strong>
      Never leaves this machine
    </Tag>,
  );
  expect(screen.getByText("Never leaves this machine")).toHaveClass("keep");
});

test("a tag that can be pressed is a button and sends no form", async () => {
  const press = vi.fn();
  const submit = vi.fn();
  render(
    <form onSubmit={submit}>
      <TagButton onClick={press}>Contracts</TagButton>
    </form>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Contracts" }));
  expect(press).toHaveBeenCalledOnce();
  expect(submit).not.toHaveBeenCalled();
});

test("a count stands beside its word", () => {
  render(
    <p>
      Evidence <Count>{5}</Count>
    </p>,
  );
  expect(screen.getByText("5")).toBeVisible();
});
