import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { Link, type Event } from "../host";
import { FakeHost } from "../host/fake/FakeHost";
import { SOURCES } from "../host/fake/story";
import { contact } from "../host/fake/systems";
import { App } from "./App";

vi.mock("../features/evidence/pdf/PdfView", () => ({ PdfView: () => <p>pages</p> }));

function open(host = new FakeHost(), at = "#/ask") {
  window.location.hash = at;
  const link = new Link(host);
  link.start();
  const user = userEvent.setup();
  return { ...render(<App link={link} />), host, user, emit: (event: Event) => act(() => host.emit(event)) };
}

beforeEach(() => {
  vi.stubGlobal("innerWidth", 1280);
  localStorage.clear();
  sessionStorage.clear();
});

test("the navigation has only what exists, and two truths at its foot", async () => {
  const { container } = open();
  const nav = screen.getByRole("navigation", { name: "Main" });
  expect(
    within(nav).getAllByRole("link", {
      name: /^(Ask|Library|Settings|Inbox.*|Workflows|Connections|Activity)$/,
    }),
  ).toHaveLength(6);
  expect(await within(nav).findByRole("link", { name: /^Inbox\s*,\s*11\s*waiting for you$/ })).toBeVisible();
  expect(await within(nav).findByText("Index up to date")).toBeVisible();
  expect(within(nav).getByText("No hosts contacted today")).toBeVisible();
  expect(await within(nav).findByText("Firmware 4.2.1 on 14 units")).toBeVisible();
  await expect(container).toHaveNoFindings();
});

test("a recent question can be renamed and deleted", async () => {
  const { user, host } = open();
  await user.click(await screen.findByRole("button", { name: "More actions for Security questionnaire v3" }));
  await user.click(await screen.findByRole("menuitem", { name: "Rename" }));
  const field = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(field);
  await user.type(field, "Questionnaire{Enter}");
  expect(await screen.findByRole("link", { name: "Questionnaire" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "More actions for Questionnaire" }));
  await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
  await user.click(await screen.findByRole("button", { name: "Delete conversation" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "Questionnaire" })).toBeNull());
  expect(host.calls).toContainEqual({ name: "conversation_delete", request: { id: 5 } });
});

test("Ctrl with a number goes to a section and Ctrl N to a new question", async () => {
  const { user } = open();
  await user.keyboard("{Control>}2{/Control}");
  expect(await screen.findByRole("heading", { level: 1, name: "Inbox" })).toBeVisible();
  await user.keyboard("{Control>}3{/Control}");
  expect(await screen.findByRole("heading", { level: 1, name: "Library" })).toBeVisible();
  await user.keyboard("{Control>}7{/Control}");
  expect(await screen.findByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await user.keyboard("{Control>}n{/Control}");
  expect(await screen.findByRole("heading", { level: 1, name: "New question" })).toBeVisible();
});

test("Ctrl K jumps to a conversation by a part of its name", async () => {
  const { user } = open();
  await screen.findByText("Firmware 4.2.1 on 14 units");
  await user.keyboard("{Control>}k{/Control}");
  const dialog = await screen.findByRole("dialog", { name: "Search or jump to" });
  await user.type(within(dialog).getByRole("combobox"), "14 units");
  expect(within(dialog).getAllByRole("option")[0]).toHaveTextContent("Firmware 4.2.1 on 14 units");
  await expect(document.body).toHaveNoFindings();
  await user.keyboard("{Enter}");
  expect(window.location.hash).toBe("#/conversation/4");
});

test("Ctrl K stops all sending at once, wherever one is, and asks before it starts again", async () => {
  const { user, host } = open();
  await screen.findByText("Index up to date");
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "stop all{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Everything can be read. Nothing is sent.");
  expect(host.calls).toContainEqual({ name: "stop_all", request: { on: true } });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "start sending{Enter}");
  await user.click(await screen.findByRole("button", { name: "Start sending" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});

test("the hosts contacted today are counted from what was contacted, and lead to the list", async () => {
  const { container } = open(
    new FakeHost({
      contacts: () => [contact({ last: Date.now() }), contact({ purpose: "write", last: Date.now() })],
    }),
  );
  const link = await screen.findByRole("link", { name: /^1\shost contacted today$/ });
  expect(link).toHaveAttribute("href", "#/activity/hosts");
  await expect(container).toHaveNoFindings();
});

test("Ctrl K changes the theme", async () => {
  const { user } = open();
  await screen.findByText("Index up to date");
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "dark{Enter}");
  await waitFor(() => expect(document.documentElement).toHaveAttribute("data-theme", "dark"));
});

test("the question mark shows all keys, but not while one writes or when single keys are off", async () => {
  const { user, unmount } = open();
  const field = await screen.findByRole("textbox", { name: "Your question" });
  await user.type(field, "?");
  expect(screen.queryByRole("dialog")).toBeNull();
  act(() => field.blur());
  await user.keyboard("?");
  expect(await screen.findByRole("dialog", { name: "All keys" })).toBeVisible();
  unmount();
  const off = new FakeHost({
    settings_get: () => ({
      theme: "system",
      text_size: 100,
      hotkey: null,
      single_keys: false,
      notifications: true,
    }),
  });
  const second = open(off);
  const again = await screen.findByRole("textbox", { name: "Your question" });
  await waitFor(() => expect(off.calls.some(({ name }) => name === "settings_get")).toBe(true));
  await screen.findByText("Index up to date");
  act(() => again.blur());
  await second.user.keyboard("?");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("the first start goes to the choice of folders, once", async () => {
  const host = new FakeHost({
    status: () => ({ sources: [], passages: 0, embedded: 0, model: null, model_problem: null }),
    conversation_list: () => [],
  });
  const { user } = open(host);
  expect(await screen.findByRole("heading", { name: "What should Attaché read?" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Skip for now" }));
  expect(await screen.findByRole("heading", { name: "No folders yet" })).toBeVisible();
});

test("the tray and deep links go where they say", async () => {
  const { emit } = open();
  emit({ event: "go", to: "ask?question=Which%20bootloader%3F" });
  expect(await screen.findByDisplayValue("Which bootloader?")).toBeVisible();
  emit({ event: "go", to: "settings" });
  expect(await screen.findByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});

test("without a core the window says why, what was kept and what to do", async () => {
  const { emit, container } = open();
  emit({
    event: "core",
    state: "failed",
    failure: {
      code: "workspace_in_use",
      message: "Another Attaché works in `/home/ines`.",
      hint: "Use the window that is open.",
      fault: "user",
    },
  });
  expect(screen.getByRole("heading", { level: 1, name: "Attaché is open already" })).toBeVisible();
  expect(screen.getByText("/home/ines")).toBeVisible();
  expect(screen.getByText("Use the window that is open.")).toBeVisible();
  expect(screen.queryByText(/workspace_in_use/)).toBeNull();
  await expect(container).toHaveNoFindings();
  emit({ event: "core", state: "ready", failure: null });
  expect(await screen.findByRole("heading", { name: "New question" })).toBeVisible();
});

test("a lost connection is one quiet line, and what was written stays", async () => {
  const { emit, user } = open();
  const field = await screen.findByRole("textbox", { name: "Your question" });
  await user.type(field, "half a question");
  emit({
    event: "core",
    state: "starting",
    failure: {
      code: "core_starting",
      message: "The connection to Attaché was lost.",
      hint: "It is looked for again.",
      fault: "environment",
    },
  });
  expect(await screen.findByText("The connection to Attaché was lost.")).toBeVisible();
  emit({ event: "core", state: "ready", failure: null });
  await waitFor(() => expect(screen.queryByText("The connection to Attaché was lost.")).toBeNull());
  expect(field).toHaveValue("half a question");
});

test("after everything was erased the first start is gone through once", async () => {
  let sources = SOURCES;
  const host = new FakeHost({
    status: () => ({ sources, passages: 0, embedded: 0, model: null, model_problem: null }),
    erase_everything: () => {
      sources = [];
      return {};
    },
  });
  const { user } = open(host, "#/settings");
  await user.click(await screen.findByRole("button", { name: "Erase everything…" }));
  await user.type(await screen.findByRole("textbox", { name: "Type “erase”" }), "erase{Enter}");
  expect(await screen.findByRole("heading", { name: "What should Attaché read?" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Skip for now" }));
  expect(await screen.findByRole("heading", { name: "No folders yet" })).toBeVisible();
  await screen.findByText("No folders yet", { selector: ".nf-txt" });
  expect(window.location.hash).toBe("#/ask");
});
