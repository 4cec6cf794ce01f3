import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { PageMarks } from "../../../host";
import { FakeHost } from "../../../host/fake/FakeHost";
import { CLAUSE, DOCUMENTS } from "../../../host/fake/story";
import { show } from "../../../test/render";
import { PdfView } from "./PdfView";
import { outwards } from "./useMoved";

const page = { getViewport: () => ({ width: 595, height: 842 }) };
vi.mock("./library", () => ({
  openPdf: () =>
    Promise.resolve({
      numPages: 9,
      getPage: () => Promise.resolve(page),
      loadingTask: { destroy: () => Promise.resolve() },
    }),
}));
vi.mock("./text", () => ({ textOf: () => Promise.resolve([]) }));

const [view] = DOCUMENTS;
const marks = (own: number, found: boolean): PageMarks => ({
  page: own,
  width: 595,
  height: 842,
  rects: found ? [{ left: 1, top: 1, right: 2, bottom: 2 }] : [],
  found,
});

/** A PDF in which the quoted words stand on this page, if on any. */
function pdf(standsOn: number | null, modified = CLAUSE.modified + 60) {
  const host = new FakeHost({ page_marks: ({ page: own }) => marks(own, own === standsOn) });
  host.bytes = () => Promise.resolve(new ArrayBuffer(1));
  return show(<PdfView view={{ ...view!, modified }} shown={{ number: 1, citation: CLAUSE }} />, host);
}

const lookedAt = (host: FakeHost) =>
  host.calls.flatMap(({ name, request }) =>
    name === "page_marks" ? [(request as { page: number }).page] : [],
  );

test("words that are no longer on any page are said to be gone, with what was quoted", async () => {
  const { container, host } = pdf(null);
  const words = await screen.findByText("The quoted words are no longer in this file.");
  const notice = words.closest('[role="status"]');
  expect(notice).toHaveTextContent("This is what stood there when the answer was made:4.2 Northwind shall");
  expect([...lookedAt(host)].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await expect(container).toHaveNoFindings();
});

test("words that moved to another page are shown there", async () => {
  const { host } = pdf(8);
  const seen = vi.spyOn(Element.prototype, "scrollIntoView");
  await waitFor(() =>
    expect(seen.mock.contexts.some((own) => (own as HTMLElement).dataset["page"] === "8")).toBe(true),
  );
  expect(screen.queryByText(/^The quoted words/)).toBeNull();
  expect(Math.max(...lookedAt(host))).toBe(8);
});

test("in a file that is the same the words are only said not to be marked", async () => {
  const { host } = pdf(null, CLAUSE.modified);
  expect(await screen.findByText("The quoted words could not be marked on this page.")).toBeVisible();
  expect(lookedAt(host)).toEqual([7]);
});

test("where the words stand nothing is said", async () => {
  const { host } = pdf(7);
  await screen.findByRole("region", { name: /^Pages of/ });
  await waitFor(() => expect(lookedAt(host)).toEqual([7]));
  expect(screen.queryByText(/^The quoted words/)).toBeNull();
});

test("pages are looked through from the cited one outwards", () => {
  expect(outwards(3, 5)).toEqual([2, 4, 1, 5]);
  expect(outwards(1, 1)).toEqual([]);
});
