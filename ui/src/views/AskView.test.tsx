import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { FakeHost } from "../host/fake/FakeHost";
import { ANSWER, CONVERSATIONS, turn } from "../host/fake/story";
import { show } from "../test/render";
import AskView from "./AskView";

vi.mock("../features/evidence/pdf/PdfView", () => ({ PdfView: () => <p>pages</p> }));

beforeEach(() => {
  window.location.hash = "";
  vi.stubGlobal("innerWidth", 1280);
});

test("an answer shows its sentences, its passages and where sources disagree", async () => {
  const { container } = show(<AskView id={1} />);
  const said = (_: string, own: Element | null) =>
    own?.localName === "bdi" && /We committed to 99.5 %/.test(own.textContent);
  expect(await screen.findByText(said)).toBeVisible();
  expect(screen.getByText(/36 passages/)).toBeVisible();
  expect(
    screen.getByRole("heading", { name: "Two sources disagree on the uptime commitment" }),
  ).toBeVisible();
  expect(screen.getByRole("complementary", { name: "Evidence" })).toHaveTextContent("5 passages");
  expect(
    screen.getAllByRole("button", { name: "1, Halden Service Agreement.pdf, page 7" })[0],
  ).toHaveAttribute("aria-current", "true");
  await screen.findByText("pages");
  await expect(container).toHaveNoFindings();
});

test("a chip opens its passage in the evidence pane", async () => {
  const { user } = show(<AskView id={1} />);
  await user.click(await screen.findByRole("button", { name: /^3, Update logs from Moss.eml/ }));
  const mail = await screen.findByRole("region", { name: /^Mail: Update logs/ });
  expect(within(mail).getByText(/I attached the logs of all 14 robots/, { selector: "mark" })).toBeVisible();
});

test("Alt with the arrows walks the passages and Ctrl O opens the file", async () => {
  const { user, host } = show(<AskView id={1} />);
  await screen.findByText("pages");
  await user.keyboard("{Alt>}{ArrowDown}{ArrowDown}{ArrowDown}{/Alt}");
  expect(await screen.findByRole("region", { name: /cited cells A9:D9/ })).toBeVisible();
  await user.keyboard("{Alt>}{ArrowUp}{/Alt}{Control>}o{/Control}");
  await waitFor(() => expect(host.calls).toContainEqual({ name: "file_open", request: { document: 14 } }));
});

test("Enter asks, Shift Enter breaks the line, and the answer appears sentence by sentence", async () => {
  const host = new FakeHost();
  const steps: (() => void)[] = [];
  host.pause = () => new Promise((go) => steps.push(go));
  const { user } = show(<AskView id={1} />, host);
  const field = await screen.findByRole("textbox", { name: "Your question" });
  await user.type(field, "And{Shift>}{Enter}{/Shift}now?{Enter}");
  expect(host.calls).toContainEqual({
    name: "question_ask",
    request: { conversation: 1, question: "And\nnow?", filter: {} },
  });
  expect(await screen.findByText("Searching your files", { selector: ".trace" })).toBeVisible();
  expect(field).toHaveValue("");
  expect(screen.getByRole("button", { name: /Stop/ })).toBeVisible();
  const status = () => screen.getAllByRole("status").map(({ textContent }) => textContent);
  await waitFor(() => expect(steps).toHaveLength(1));
  steps.shift()?.();
  await waitFor(() => expect(steps).toHaveLength(1));
  steps.shift()?.();
  await waitFor(() => expect(status()).toContain(ANSWER.answer[0]!.text));
  await waitFor(() => expect(steps).toHaveLength(1));
  steps.shift()?.();
  await waitFor(() => expect(status()).toContain(ANSWER.answer[1]!.text));
});

test("Esc stops the answer that is being written", async () => {
  const host = new FakeHost({
    conversation_get: () => ({ ...CONVERSATIONS[0]!, turns: [turn(7, { state: "running", answer: null })] }),
  });
  const { user } = show(<AskView id={1} />, host);
  await screen.findByRole("button", { name: /Stop/ });
  await user.keyboard("{Escape}");
  expect(host.calls).toContainEqual({ name: "question_stop", request: { turn: 7 } });
});

test("every way in which an answer can end says what is true and what comes next", async () => {
  const { container, user, host } = show(<AskView id={2} />);
  expect(await screen.findByText("Nothing in your folders answers this.")).toBeVisible();
  expect(screen.getByText(/No file mentions/)).toHaveTextContent("“Trondheim”");
  expect(screen.getByText(/Looked in Contracts and Halden only/)).toBeVisible();
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("button", { name: "Look in everything" }));
  expect(host.calls).toContainEqual({
    name: "question_ask",
    request: { conversation: 2, question: CONVERSATIONS[1]!.turns[0]!.question, filter: {} },
  });
});

test.each([
  ["stopped", "Stopped by you.", null],
  ["interrupted", "Attaché was closed before this answer was finished.", null],
  [
    "failed",
    "The disk is full.",
    {
      message: "The disk is full.",
      hint: "Free some space.",
      fault: "environment" as const,
      code: "disk_full",
    },
  ],
] as const)("a turn that was %s can be asked again", async (state, words, failure) => {
  const host = new FakeHost({
    conversation_get: () => ({ ...CONVERSATIONS[0]!, turns: [turn(7, { state, answer: null, failure })] }),
  });
  const { user } = show(<AskView id={1} />, host);
  expect(await screen.findByText(words, { exact: false })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Ask again" }));
  expect(host.calls.at(-1)?.name).not.toBe("question_stop");
  expect(host.calls.some(({ name }) => name === "question_ask")).toBe(true);
});

test("where to look can be narrowed and goes with the question", async () => {
  const { user, host } = show(<AskView id={null} />);
  await user.click(await screen.findByRole("button", { name: "Everything" }));
  await user.click(await screen.findByRole("checkbox", { name: "Contracts" }));
  await user.click(await screen.findByRole("checkbox", { name: "PDF" }));
  await user.keyboard("{Escape}");
  expect(screen.getByRole("button", { name: "Contracts, remove from where to look" })).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Your question" }), "uptime?{Enter}");
  expect(host.calls).toContainEqual({
    name: "question_ask",
    request: { question: "uptime?", filter: { collections: ["Contracts"], formats: ["pdf"] } },
  });
  await waitFor(() => expect(window.location.hash).toMatch(/^#\/conversation\/\d+$/));
});

test("a question that could not be sent stays in its field", async () => {
  const host = new FakeHost({
    question_ask: () => Promise.reject({ message: "The disk is full.", fault: "environment" }),
  });
  const { user } = show(<AskView id={null} />, host);
  const field = await screen.findByRole("textbox", { name: "Your question" });
  await user.type(field, "uptime?{Enter}");
  expect(await screen.findByText("The disk is full.")).toBeVisible();
  expect(field).toHaveValue("uptime?");
});

test("a conversation that was deleted says so", async () => {
  show(<AskView id={999} />);
  expect(await screen.findByText("This conversation was deleted")).toBeVisible();
});

test("in a narrow window the evidence is a drawer", async () => {
  vi.stubGlobal("innerWidth", 720);
  const { user } = show(<AskView id={1} />);
  await screen.findByText(/We committed/);
  expect(screen.queryByRole("complementary")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Evidence 5" }));
  expect(await screen.findByRole("dialog", { name: "Evidence" })).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("a document that cannot be opened still shows the passage that was kept", async () => {
  const host = new FakeHost({
    document_view: () => Promise.reject({ code: "gone", message: "Gone.", fault: "user" }),
  });
  show(<AskView id={1} />, host);
  expect(await screen.findByText("This document is no longer in the library")).toBeVisible();
  expect(screen.getByText(/4.2 Northwind shall maintain/, { selector: "mark" })).toBeVisible();
});

test("what the core says of an answer is shown without its backticks", async () => {
  const host = new FakeHost({
    conversation_get: () => ({
      ...CONVERSATIONS[0]!,
      turns: [
        turn(7, {
          state: "abstained",
          answer: {
            ...ANSWER,
            answer: [],
            conflicts: [],
            abstained: true,
            reason: "What was found does not mention `Trondheim`.",
            notices: ["Found by words only: no model is set up. `attache doctor` says how to get the model."],
          },
        }),
      ],
    }),
  });
  const { container } = show(<AskView id={1} />, host);
  expect(await screen.findByText("attache doctor", { selector: "bdi" })).toBeVisible();
  expect(screen.getByText("Trondheim", { selector: "bdi" })).toBeVisible();
  expect(container).not.toHaveTextContent("`");
});
