import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Mail } from "./Mail";

const HEAD = {
  from: "Rune Moe",
  to: "support@northwind.example",
  subject: "Logs",
  date: "23 September 2026",
};

test("a mail says who wrote to whom, and leaves out what it does not have", () => {
  render(<Mail {...HEAD}>Hello</Mail>);
  expect(screen.getAllByRole("term").map(({ textContent }) => textContent)).toEqual([
    "From",
    "To",
    "Date",
    "Subject",
  ]);
});

test("attachments are named below the text", () => {
  const { container } = render(
    <Mail {...HEAD} attachments={["logs.zip", "invoice\u202efdp.exe"]}>
      Hello
    </Mail>,
  );
  expect(container.querySelector(".mail-foot")).toHaveTextContent("logs.zipinvoice\ufffdfdp.exe");
});
