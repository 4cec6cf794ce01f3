import { act, render } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Skeleton } from "./Skeleton";

test("lines appear only after a moment, so that what is quick does not flicker", () => {
  vi.useFakeTimers();
  const { container } = render(<Skeleton label="Opening" />);
  expect(container.querySelectorAll(".skel")).toHaveLength(0);
  act(() => vi.advanceTimersByTime(301));
  expect(container.querySelectorAll(".skel")).toHaveLength(3);
  vi.useRealTimers();
});
