import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { DOCUMENTS, citation } from "../../host/fake/story";
import { BlocksView, MailView } from "./TextView";

const [, , table, mail] = DOCUMENTS;
const shown = (quote: string) => ({
  number: 1,
  citation: citation({ quote, page: null, place: { kind: "whole" } }),
});

test("the cited words are marked in place, over the cells they stand in", () => {
  const { container } = render(
    <BlocksView view={table!} shown={shown("70114 | Halden Logistics AS | Moss")} />,
  );
  expect([...container.querySelectorAll("mark")].map(({ textContent }) => textContent)).toEqual([
    "70114",
    "Halden Logistics AS",
    "Moss",
  ]);
});

test("where the words are not found nothing is marked", () => {
  const { container } = render(<BlocksView view={table!} shown={shown("nothing of this")} />);
  expect(container.querySelector("mark")).toBeNull();
});

test("a mail is named by its subject", () => {
  render(<MailView view={mail!} shown={shown("I attached the logs")} />);
  expect(screen.getByRole("region", { name: /^Mail: Update logs from Moss/ })).toBeVisible();
});

test("a name that turns around is shown as what it is, in the name of the region too", () => {
  render(<BlocksView view={{ ...table!, file: "invoice\u202efdp.exe" }} shown={shown("x")} />);
  expect(screen.getByRole("region", { name: /^invoice\ufffdfdp.exe/ })).toBeVisible();
});

test.each([
  ["text", BlocksView],
  ["mail", MailView],
] as const)(
  "words that are no longer in a %s are said to be gone, with what was quoted",
  async (shape, View) => {
    const view = shape === "mail" ? mail! : table!;
    const { container, rerender } = render(<View view={view} shown={shown("The fee is 41,200.")} />);
    expect(screen.getByRole("status")).toHaveTextContent("The quoted words are no longer in this file.");
    expect(screen.getByRole("status")).toHaveTextContent(
      "This is what stood there when the answer was made:The fee is 41,200.",
    );
    expect(container.querySelector("mark, .block-at")).toBeNull();
    await expect(container).toHaveNoFindings();
    // Of a long document only a part is here, so no more than that is said.
    rerender(<View view={{ ...view, more_after: true }} shown={shown("The fee is 41,200.")} />);
    expect(screen.getByRole("status")).toHaveTextContent("no longer at this place in the file");
  },
);

test("in a file that is the same the place is pointed at, and nothing is said to be gone", () => {
  const place = { kind: "message" as const, message: 1, inner: { kind: "whole" as const } };
  const blocks = mail!.blocks.map((block) => ({ ...block, place }));
  const own = citation({ quote: "put together otherwise", place, modified: mail!.modified });
  const { container } = render(<MailView view={{ ...mail!, blocks }} shown={{ number: 1, citation: own }} />);
  expect(screen.queryByRole("status")).toBeNull();
  expect(container.querySelectorAll(".block-at")).toHaveLength(1);
});

test("what was quoted is only letters", () => {
  const { container } = render(<BlocksView view={table!} shown={shown("<img src=x>\u202e")} />);
  expect(container.querySelector(".lost-quote")?.textContent).toBe("<img src=x>");
  expect(container.querySelector("img")).toBeNull();
});
