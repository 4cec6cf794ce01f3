import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { PdfText } from "./PdfText";
import type { Run } from "./text";

const run = (text: string, more: Partial<Run> = {}): Run => ({
  text,
  last: false,
  left: 60,
  baseline: 100,
  width: 120,
  size: 10,
  angle: 0,
  ...more,
});

test("the words of a page are there in reading order, with its lines", () => {
  const { container } = render(
    <PdfText width={600} runs={[run("At most "), run("99.5 %", { last: true }), run("a month")]} />,
  );
  expect(container.textContent).toBe("At most 99.5 %a month");
  expect(container.querySelectorAll("br")).toHaveLength(1);
});

test("a run stands on its baseline, in parts of the width of the page", () => {
  const { container } = render(<PdfText width={600} runs={[run("word")]} />);
  expect(container.querySelector("bdi")).toHaveStyle({ fontSize: "1.667cqi", insetInlineStart: "10.000cqi" });
});

test("a run cannot turn the direction of its line", () => {
  const { container } = render(<PdfText width={600} runs={[run("invoice\u202efdp.exe")]} />);
  expect(container.textContent).toBe("invoicefdp.exe");
});
