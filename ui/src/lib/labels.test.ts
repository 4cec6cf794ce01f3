import { expect, test } from "vitest";
import { labelWords } from "./labels";

test("a label is read as words", () => {
  expect(labelWords("never-leaves-this-machine")).toBe("Never leaves this machine");
  expect(labelWords("customer-facing")).toBe("Customer facing");
});

test("a label that turns around is shown as what it is", () => {
  expect(labelWords("a-\u202eb")).toBe("A \ufffdb");
});
