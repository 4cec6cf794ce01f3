import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Icon, Mark } from "./Icon";
import { SHAPES, type IconName } from "./shapes";

test("a drawing is never read aloud and never takes the focus", () => {
  const { container } = render(
    <>
      <Icon name="search" />
      <Mark />
    </>,
  );
  for (const drawing of container.querySelectorAll("svg")) {
    expect(drawing).toHaveAttribute("aria-hidden", "true");
    expect(drawing).toHaveAttribute("focusable", "false");
  }
});

test("every name has a shape", () => {
  for (const name of Object.keys(SHAPES) as IconName[]) {
    const { container, unmount } = render(<Icon name={name} />);
    expect(container.querySelector("svg")).not.toBeEmptyDOMElement();
    unmount();
  }
});
