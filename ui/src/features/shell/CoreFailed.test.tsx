import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { CoreFailed } from "./CoreFailed";

test("why there is no core is said in words, without its code", () => {
  const { container } = render(
    <CoreFailed
      failure={{
        code: "workspace_in_use",
        message: "`/home/ines` is in use by another Attaché.",
        hint: "Wait until it is done, or end it.",
        fault: "environment",
      }}
    />,
  );
  expect(screen.getByRole("heading", { level: 1, name: "Attaché is open already" })).toBeVisible();
  expect(screen.getByText("/home/ines")).toBeVisible();
  expect(container).not.toHaveTextContent(/workspace_in_use|`/);
});

test("a failure without words of its own still says what is kept", () => {
  render(<CoreFailed failure={null} />);
  expect(screen.getByRole("alert")).toHaveTextContent("Attaché could not start");
  expect(screen.getByRole("alert")).toHaveTextContent("are kept as they were");
});
