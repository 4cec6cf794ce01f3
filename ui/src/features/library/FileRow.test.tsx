import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { FILES } from "../../host/fake/story";
import { show } from "../../test/render";
import { FileRow } from "./FileRow";

const row = (file: (typeof FILES)[number] | undefined, systems: readonly number[] = []) =>
  show(
    <div role="table" aria-label="Files">
      <div role="row">
        <FileRow file={file} systems={new Set(systems)} onWhy={vi.fn()} />
      </div>
    </div>,
  );

test("a file that could not be read says why and offers to read it again", async () => {
  const { user, host } = row(FILES[4]);
  expect(screen.getByText("needs a password")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Read again: Margins 2026 protected.xlsx" }));
  expect(host.calls).toContainEqual({ name: "file_retry", request: { document: 55 } });
  expect(await screen.findByText("Waiting")).toBeVisible();
});

test("a file that can be found has nothing to remedy", () => {
  row(FILES[1]);
  expect(screen.getByText("Indexed")).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Read again/ })).toBeNull();
});

test("a row that has not arrived says nothing", () => {
  row(undefined);
  expect(screen.getByRole("row")).toHaveTextContent("");
});

test("a reason that names something has no backticks, in its tooltip neither", () => {
  const { container } = row({ ...FILES[4]!, reason: "The part `sheet1.xml` is damaged." });
  expect(container.querySelector(".rsn")).toHaveTextContent("The part sheet1.xml is damaged.");
  expect(screen.getByTitle("The part sheet1.xml is damaged.")).toBeVisible();
});

test("the copy of a record is called by it, opened where it is, and never shown in a folder", async () => {
  const file = { ...FILES[2]!, source_id: 5, file: "ticket/ticket 4790.html" };
  const { user, host } = row(file, [5]);
  expect(screen.getByText("Ticket 4790")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "More actions for Ticket 4790" }));
  expect(screen.queryByRole("menuitem", { name: "Show in folder" })).toBeNull();
  await user.click(screen.getByRole("menuitem", { name: "Open" }));
  expect(host.calls).toContainEqual({ name: "file_open", request: { document: file.document } });
});
