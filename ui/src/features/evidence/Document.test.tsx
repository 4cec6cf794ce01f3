import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { FakeHost } from "../../host/fake/FakeHost";
import { DOCUMENTS, SOURCES, TICKET, mirrored } from "../../host/fake/story";
import type { RecordPlace } from "../../host";
import { show } from "../../test/render";
import { EvidencePane } from "./EvidencePane";

const RECORD = DOCUMENTS.find(({ document }) => document === TICKET.document)!;

function pane(more: Partial<RecordPlace> = {}) {
  const host = new FakeHost({
    status: () => ({
      sources: [...SOURCES, mirrored()],
      passages: 1,
      embedded: 1,
      model: null,
      model_problem: null,
    }),
    document_view: () => ({ ...RECORD, record: { ...RECORD.record!, ...more } }),
  });
  return show(
    <EvidencePane
      passages={[{ number: 1, citation: TICKET }]}
      current={1}
      onCurrent={() => undefined}
      place={() => ""}
      waiting={false}
    />,
    host,
  );
}

test("the copy of a record says which it is and in which system, and never where its file is", async () => {
  const { container } = pane();
  expect(await screen.findByText((_, own) => own?.className === "ev-record xs")).toHaveTextContent(
    /^Ticket\s4790 in Request Tracker$/,
  );
  expect(await screen.findByText("Ticket 4790")).toBeVisible();
  expect(container).not.toHaveTextContent(/\.html|synced/);
  expect(container.querySelector('[title*="synced"], [title*=".html"]')).toBeNull();
  expect(screen.queryByRole("button", { name: "Show in folder" })).toBeNull();
  await expect(container).toHaveNoFindings();
});

test("the record is opened in its system, by press and by key", async () => {
  const { user, host } = pane();
  await user.click(await screen.findByRole("button", { name: "Open in Request Tracker" }));
  await user.keyboard("{Control>}o{/Control}");
  const opened = { name: "file_open", request: { document: TICKET.document } };
  expect(host.calls.filter(({ name }) => name === "file_open")).toEqual([opened, opened]);
});

test("a record without a place in a browser is not opened at all", async () => {
  const { user, host } = pane({ link: null });
  await screen.findByText((_, own) => own?.className === "ev-record xs");
  expect(screen.queryByRole("button", { name: /^Open/ })).toBeNull();
  await user.keyboard("{Control>}o{/Control}");
  expect(host.calls.some(({ name }) => name === "file_open")).toBe(false);
});

test("what the page is told of the system is only text", async () => {
  const { container } = pane({ title: "a\u202etxt.exe", kind: "tick\u202eet", id: "<b>1</b>" });
  expect(await screen.findByRole("button", { name: "Open in a�txt.exe" })).toBeVisible();
  expect(container.querySelector(".ev-record")).toHaveTextContent("Tick�et <b>1</b> in a�txt.exe");
});
