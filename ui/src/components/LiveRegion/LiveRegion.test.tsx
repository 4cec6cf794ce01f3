import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { LiveRegion } from "./LiveRegion";

test("what changes is spoken politely, in the place that was there before", () => {
  const { rerender } = render(<LiveRegion>Searching your files</LiveRegion>);
  const region = screen.getByRole("status");
  expect(region).toHaveAttribute("aria-live", "polite");
  rerender(<LiveRegion>Stopped.</LiveRegion>);
  expect(screen.getByRole("status")).toBe(region);
  expect(region).toHaveTextContent("Stopped.");
});
