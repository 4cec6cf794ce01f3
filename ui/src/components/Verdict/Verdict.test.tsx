import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Verdict } from "./Verdict";

test("a verdict is told by a word and not only by its colour", () => {
  const { container } = render(
    <Verdict hue="deny" icon="warn">
      Failed
    </Verdict>,
  );
  expect(screen.getByText("Failed")).toHaveClass("v-deny");
  expect(container.querySelector("svg")).not.toBeNull();
});

test("in rows a verdict has no edge of its own", () => {
  render(
    <Verdict hue="allow" icon="v-allow" plain>
      Indexed
    </Verdict>,
  );
  expect(screen.getByText("Indexed")).toHaveClass("v-plain", "t-allow");
});
