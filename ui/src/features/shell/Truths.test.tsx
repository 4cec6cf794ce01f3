import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Progress } from "../../host";
import { FakeHost } from "../../host/fake/FakeHost";
import { show } from "../../test/render";
import { Truths } from "./Truths";

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
const truths = (more: Partial<Progress>) =>
  show(<Truths />, new FakeHost({ progress: () => ({ ...DONE, ...more }) }));

test("the index is up to date only when nothing is left to do", async () => {
  truths({});
  expect(await screen.findByText("Index up to date")).toBeVisible();
});

test("while it is made it says how long that takes", async () => {
  truths({ idle: false, seconds_left: 370 });
  expect(await screen.findByText("Indexing, 6 min left")).toBeVisible();
});

test("where nothing can be read, as on a full disk, it never says that it is up to date", async () => {
  for (const idle of [true, false]) {
    const { unmount } = truths({ idle, trouble: "Your folders are not read now: the disk is full." });
    expect(await screen.findByText("Files are not read now")).toBeVisible();
    expect(screen.queryByText(/up to date|Indexing/)).toBeNull();
    unmount();
  }
});
