import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { combination } from "../features/settings/combination";
import { FakeHost } from "../host/fake/FakeHost";
import { show } from "../test/render";
import SettingsView from "./SettingsView";

const kept = (host: FakeHost) => host.calls.findLast(({ name }) => name === "settings_set")?.request;

test("theme, text size and switches are kept as soon as they change", async () => {
  const { user, host, container } = show(<SettingsView />);
  await user.click(await screen.findByRole("button", { name: "Dark" }));
  expect(kept(host)).toMatchObject({ theme: "dark", text_size: 100 });
  await user.click(screen.getByRole("button", { name: "Larger text" }));
  expect(kept(host)).toMatchObject({ theme: "dark", text_size: 110 });
  await user.click(screen.getByRole("switch", { name: "Single keys" }));
  expect(kept(host)).toMatchObject({ single_keys: false });
  await screen.findByText("/home/ines/.local/share/attache");
  await expect(container).toHaveNoFindings();
});

test("a change that could not be kept goes back and says why", async () => {
  const host = new FakeHost({
    settings_set: () => Promise.reject({ message: "The disk is full.", fault: "environment" }),
  });
  const { user } = show(<SettingsView />, host);
  await user.click(await screen.findByRole("button", { name: "Dark" }));
  expect(await screen.findByText("The disk is full.")).toBeVisible();
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "As the system" })).toHaveAttribute("aria-pressed", "true"),
  );
});

test("the hotkey is the combination that is pressed", async () => {
  const { user, host } = show(<SettingsView />);
  await user.click(await screen.findByRole("button", { name: "Ctrl+Shift+Space" }));
  await user.keyboard("{Alt>}{Shift>}a{/Shift}{/Alt}");
  expect(kept(host)).toMatchObject({ hotkey: "Alt+Shift+A" });
});

test("a key alone is no hotkey", () => {
  const key = { key: "a", code: "KeyA", ctrlKey: false, altKey: false, shiftKey: true, metaKey: false };
  expect(combination(key)).toBeNull();
  expect(combination({ ...key, key: "Control", ctrlKey: true })).toBeNull();
  expect(combination({ ...key, key: "1", code: "Digit1", ctrlKey: true })).toBe("Ctrl+Shift+1");
});

test("what answers is said as it is", async () => {
  show(<SettingsView />, new FakeHost({ contacts: () => [] }));
  expect(await screen.findByText(/No language model writes them/)).toBeVisible();
  expect(screen.getByText("None")).toBeVisible();
});

test("everything is erased only after the word was typed", async () => {
  const { user, host, container } = show(<SettingsView />);
  await user.click(await screen.findByRole("button", { name: "Erase everything…" }));
  const field = await screen.findByRole("textbox", { name: "Type “erase”" });
  await user.type(field, "delete{Enter}");
  expect(host.calls.some(({ name }) => name === "erase_everything")).toBe(false);
  await user.clear(field);
  await user.type(field, "erase{Enter}");
  expect(host.calls).toContainEqual({ name: "erase_everything", request: { typed: "erase" } });
  await waitFor(() => expect(window.location.hash).toBe("#/welcome"));
  await expect(container).toHaveNoFindings();
});
