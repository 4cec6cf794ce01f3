import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Key, keyName } from "./Key";

test("a key cap is seen but not read aloud", () => {
  const { container } = render(<Key>Ctrl K</Key>);
  expect(container.querySelector("kbd")).toHaveAttribute("aria-hidden", "true");
});

test("keys are named as they are printed on this keyboard", () => {
  expect(keyName("Ctrl K")).toBe("Ctrl K");
});
