import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Progress } from "../../host";
import { FakeHost } from "../../host/fake/FakeHost";
import { show } from "../../test/render";
import { ProgressCard } from "./ProgressCard";

const DONE: Progress = {
  now: "",
  files_done: 10,
  files: 10,
  passages_embedded: 50,
  passages: 50,
  seconds_left: null,
  idle: true,
  notices: [],
};
const card = (more: Partial<Progress>) =>
  show(<ProgressCard />, new FakeHost({ progress: () => ({ ...DONE, ...more }) }));

test("while files are read it says how many are done and how long it takes", async () => {
  card({ idle: false, files: 40, seconds_left: 370, now: "Reading `Site survey.pdf`" });
  expect(await screen.findByText("10 of 40 files", { selector: "b" })).toBeVisible();
  expect(screen.getByText("about 6 minutes left")).toBeVisible();
  expect(screen.getByText("Site survey.pdf")).toBeVisible();
});

test("while meanings are learnt it says that words can be found already", async () => {
  card({ idle: false, passages: 200 });
  expect(await screen.findByText(/words can be found already/)).toBeVisible();
});

test("what has to be known about watching stays when all is read", async () => {
  card({ notices: ["The system has no more watches to give."] });
  expect(await screen.findByText("The system has no more watches to give.")).toBeVisible();
});
