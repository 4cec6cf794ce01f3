import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Empty } from "./Empty";

test("an empty place says why and what to do", () => {
  render(
    <Empty title="No folder is watched yet" actions={<button type="button">Add folder</button>}>
      <p>Folders stay where they are.</p>
    </Empty>,
  );
  expect(screen.getByRole("heading", { level: 2, name: "No folder is watched yet" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Add folder" })).toBeVisible();
});

test("its heading stands where the window needs it, and trouble is told at once", () => {
  render(<Empty title="The disk is full" level={1} role="alert" />);
  expect(screen.getByRole("alert")).toContainElement(screen.getByRole("heading", { level: 1 }));
});
