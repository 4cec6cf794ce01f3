import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Progress } from "../../host";
import { FakeHost } from "../../host/fake/FakeHost";
import { source } from "../../host/fake/story";
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
  away: [],
  trouble: null,
};
const READ = source(1, "Halden", { indexed: 8, waiting: 0, skipped: 1, failed: 1 });
const card = (more: Partial<Progress>, sources = [READ]) =>
  show(<ProgressCard sources={sources} />, new FakeHost({ progress: () => ({ ...DONE, ...more }) }));

test("while files are read it says how many are done and how long it takes", async () => {
  card({ idle: false, files: 40, seconds_left: 370, now: "Reading `Site survey.pdf`" }, [
    { ...READ, waiting: 25 },
    { ...READ, indexed: 0, skipped: 0, failed: 0, waiting: 5 },
  ]);
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

test("files are counted as they are beside the folders, also while progress is told earlier", async () => {
  card({ idle: false, files_done: 39, files: 40 }, [{ ...READ, waiting: 30 }]);
  expect(await screen.findByText("10 of 40 files", { selector: "b" })).toBeVisible();
  expect(screen.queryByText(/39/)).toBeNull();
});

test("why nothing can be read is said in words, and nothing seems to go on", async () => {
  const { container } = card({
    idle: false,
    trouble: "Your folders are not read now: the disk of `/home/ines` is full. It is tried again by itself.",
  });
  expect(await screen.findByRole("status")).toHaveTextContent(
    "Your folders are not read now: the disk of /home/ines is full. It is tried again by itself.",
  );
  expect(screen.queryByRole("progressbar")).toBeNull();
  await expect(container).toHaveNoFindings();
});

test("a notice with a name in it stays one sentence", async () => {
  const { container } = card({ notices: ["What was read of `Halden` was damaged and is read again."] });
  await screen.findByText("Halden");
  expect(container.querySelector(".facts")?.children).toHaveLength(1);
});
