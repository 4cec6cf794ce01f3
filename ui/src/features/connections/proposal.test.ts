import { expect, test } from "vitest";
import { OPERATIONS } from "../../host/fake/systems";
import { EMPTY, choicesOf, fieldsOf, missing, requestOf } from "./proposal";

const of = (name: string) => OPERATIONS.find((own) => own.name === name)!;

test("empty fields are left out and cleared ones are null", () => {
  const draft = {
    ...EMPTY,
    record: " Halden expansion ",
    values: { close_date: "2026-10-30", stage: "  ", next_step: "old" },
    cleared: ["next_step"],
    reason: "She said so.",
  };
  expect(requestOf("demo", of("crm.deals.update"), draft)).toEqual({
    system: "demo",
    operation: "crm.deals.update",
    arguments: { close_date: "2026-10-30", next_step: null },
    record: "Halden expansion",
    reason: "She said so.",
  });
});

test("a record by its number is an argument and no words", () => {
  const update = of("crm.deals.update");
  const draft = { ...EMPTY, record: "20418", by: "number" as const };
  expect(requestOf("demo", update, draft)).toEqual({
    system: "demo",
    operation: "crm.deals.update",
    arguments: { id: "20418" },
  });
});

test("what is missing is named", () => {
  expect(missing(of("helpdesk.tickets.reply"), EMPTY)).toEqual(["which record", "Body"]);
  expect(missing(of("crm.contacts.create"), { ...EMPTY, values: { name: "Siv" } })).toEqual([]);
});

test("a field of which only some values may be tells them", () => {
  const status = fieldsOf(of("helpdesk.tickets.update")).find(({ name }) => name === "status")!;
  expect(choicesOf(status)).toEqual(["new", "open", "pending", "solved"]);
});
