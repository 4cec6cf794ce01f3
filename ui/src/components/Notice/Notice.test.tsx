import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Notice } from "./Notice";

test("a notice is told politely", () => {
  render(<Notice icon="clock" title="The file changed since it was read" />);
  expect(screen.getByRole("status")).toHaveTextContent("The file changed since it was read");
});

test("only a notice of stopped work interrupts", () => {
  render(<Notice icon="warn" hue="deny" urgent title="The disk is full" />);
  expect(screen.getByRole("alert")).toHaveClass("n-deny");
});
