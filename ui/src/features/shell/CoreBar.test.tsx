import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { FakeHost } from "../../host/fake/FakeHost";
import { source } from "../../host/fake/story";
import { show } from "../../test/render";
import { CoreBar } from "./CoreBar";

const away = (...names: string[]) =>
  show(
    <CoreBar />,
    new FakeHost({
      status: () => ({
        sources: names.map((name, index) => source(index + 1, name, { reachable: false })),
        passages: 1,
        embedded: 1,
        model: null,
        model_problem: null,
      }),
    }),
  );

test("of a folder that cannot be reached nothing is shown until it is back, and nothing is lost", async () => {
  away("Handover");
  expect(await screen.findByRole("status")).toHaveTextContent(
    "The folder of Handover cannot be reached. Nothing from it is shown in answers until it is back; nothing is lost.",
  );
  expect(screen.getByRole("link", { name: "Details" })).toHaveAttribute("href", "#/library/1");
});

test("several folders are counted", async () => {
  away("Handover", "Mail");
  expect(await screen.findByRole("status")).toHaveTextContent(
    "2 folders cannot be reached. Nothing from them is shown in answers until they are back; nothing is lost.",
  );
});

test("a name with a backtick or a character that turns it is shown as it is", async () => {
  away("a`b\u202ec");
  expect(await screen.findByText("a`b\ufffdc")).toBeVisible();
});
