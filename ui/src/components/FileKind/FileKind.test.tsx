import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { FileKind } from "./FileKind";

test("a kind of file is shown in its own letters", () => {
  render(<FileKind>PDF</FileKind>);
  expect(screen.getByText("PDF")).toBeVisible();
});
