import { expect, test, vi } from "vitest";
import { ANSWER, turn } from "./fake/story";
import { LiveTurns, withLive } from "./live";

const [first, second, third] = ANSWER.answer as [never, never, never];
const running = turn(1, { state: "running", answer: null });

test("sentences appear in their order as they arrive", () => {
  const live = new LiveTurns();
  const heard = vi.fn();
  live.subscribe(heard);
  live.add(1, { kind: "gathered", passages_read: 36, files_read: 12, notices: [] });
  live.add(1, { kind: "sentence", index: 0, sentence: first });
  live.add(1, { kind: "sentence", index: 1, sentence: second });
  expect(withLive(running, live.get(1)).answer).toMatchObject({
    passages_read: 36,
    files_read: 12,
    answer: [first, second],
  });
  expect(heard).toHaveBeenCalledTimes(3);
});

test("a page that was away goes on from what the core remembers", () => {
  const live = new LiveTurns();
  live.add(1, { kind: "sentence", index: 2, sentence: third });
  const remembered = turn(1, { state: "running", answer: { ...ANSWER, answer: [first, second] } });
  expect(withLive(running, live.get(1)).answer?.answer).toEqual([]);
  expect(withLive(remembered, live.get(1)).answer?.answer).toEqual([first, second, third]);
});

test("a sentence that is told twice stands once", () => {
  const live = new LiveTurns();
  live.add(1, { kind: "sentence", index: 0, sentence: first });
  live.add(1, { kind: "sentence", index: 0, sentence: first });
  const remembered = turn(1, { state: "running", answer: { ...ANSWER, answer: [first] } });
  expect(withLive(remembered, live.get(1)).answer?.answer).toEqual([first]);
});

test("a finished turn is left as the core wrote it", () => {
  const live = new LiveTurns();
  live.add(1, { kind: "sentence", index: 0, sentence: first });
  const done = turn(1);
  expect(withLive(done, live.get(1))).toBe(done);
});
