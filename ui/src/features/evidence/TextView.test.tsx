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
