import { act, render } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Skeleton } from "./Skeleton";

test("lines appear only after a moment, so that what is quick does not flicker", async () => {
  vi.useFakeTimers();
  const { container } = render(<Skeleton label="Opening" />);
  expect(container.querySelectorAll(".skel")).toHaveLength(0);
  await act(() => vi.advanceTimersByTimeAsync(301));
  expect(container.querySelectorAll(".skel")).toHaveLength(3);
  vi.useRealTimers();
});
