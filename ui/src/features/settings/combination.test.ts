import { expect, test } from "vitest";
import { combination } from "./combination";

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  combination({
    key,
    code: `Key${key.toUpperCase()}`,
    ctrlKey: false,
    altKey: false,
    shiftKey: false,
    metaKey: false,
    ...more,
  });

test("keys held together are one combination", () => {
  expect(press("j", { ctrlKey: true, shiftKey: true })).toBe("Ctrl+Shift+J");
});

test("a letter alone cannot call Attaché from anywhere", () => {
  expect(press("j")).toBeNull();
});
