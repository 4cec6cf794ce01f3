import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useCall, useChange, useCore, useGo, type Failure } from ".";
import { show } from "../test/render";
import { devHost } from "./devhost";
import { FakeHost } from "./fake/FakeHost";
import { SOURCES } from "./fake/story";

function Names() {
  const { data, error } = useCall("status", {});
  return <p>{error ? error.message : data?.sources.map(({ collection }) => collection).join(", ")}</p>;
}

test("what was read is read again once the core says that it is stale", async () => {
  let sources = SOURCES.slice(0, 1);
  const status = vi.fn(() => ({ sources, passages: 0, embedded: 0, model: null, model_problem: null }));
  const { emit } = show(<Names />, new FakeHost({ status }));
  expect(await screen.findByText("Halden")).toBeVisible();
  sources = SOURCES.slice(0, 2);
  emit({ event: "stale", caches: ["settings"] });
  expect(status).toHaveBeenCalledTimes(1);
  emit({ event: "stale", caches: ["sources"] });
  expect(await screen.findByText("Halden, Contracts")).toBeVisible();
});

test("nothing is asked while the core is starting, and everything once it is there", async () => {
  const host = new FakeHost();
  const listen = host.listen.bind(host);
  host.listen = (handler) => {
    const stop = listen(handler);
    handler({ event: "core", state: "starting", failure: null });
    return stop;
  };
  const { emit } = show(<Names />, host);
  expect(host.calls).toEqual([]);
  emit({ event: "core", state: "ready", failure: null });
  expect(await screen.findByText(/Halden/)).toBeVisible();
});

test("why the core is not there is known to the page", () => {
  function State() {
    const { state, failure } = useCore();
    return <p>{`${state} ${failure?.code ?? ""}`}</p>;
  }
  const { emit } = show(<State />);
  emit({
    event: "core",
    state: "failed",
    failure: { code: "workspace_in_use", message: "In use.", fault: "user" },
  });
  expect(screen.getByText("failed workspace_in_use")).toBeVisible();
});

test("a command that fails says why", async () => {
  const failure: Failure = { message: "No such folder.", hint: "Look again.", fault: "user" };
  function Adder() {
    const { mutate, error } = useChange("source_add");
    return <button onClick={() => mutate({ path: "/nowhere" })}>{error?.message ?? "Add"}</button>;
  }
  const { user } = show(<Adder />, new FakeHost({ source_add: () => Promise.reject(failure) }));
  await user.click(screen.getByRole("button"));
  expect(await screen.findByText("No such folder.")).toBeVisible();
});

test("the tray can send the page somewhere", () => {
  const went = vi.fn();
  function Goer() {
    useGo(went);
    return null;
  }
  const { emit } = show(<Goer />);
  emit({ event: "go", to: "library" });
  expect(went).toHaveBeenCalledWith("library");
});

test("the development host passes the core's own failure on", async () => {
  const failure = { code: "gone", message: "It is no more.", fault: "user" };
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(failure), { status: 404 })));
  await expect(devHost().call("conversation_get", { id: 1 })).rejects.toEqual(failure);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("<html>", { status: 502 })));
  await expect(devHost().call("conversation_get", { id: 1 })).rejects.toMatchObject({
    hint: "The host answered 502.",
  });
  await waitFor(() => vi.unstubAllGlobals());
});

test("when reading begins or ends the lists are read again at once, and not for every step", async () => {
  const { emit, host } = show(<Names />);
  await screen.findByText(/Halden/);
  const asked = () => host.calls.filter(({ name }) => name === "status").length;
  const progress = await host.call("progress", {});
  emit({ event: "progress", progress });
  emit({ event: "progress", progress: { ...progress, files_done: 1 } });
  expect(asked()).toBe(1);
  emit({ event: "progress", progress: { ...progress, idle: false } });
  await waitFor(() => expect(asked()).toBe(2));
  emit({ event: "progress", progress: { ...progress, idle: false, trouble: "The disk is full." } });
  await waitFor(() => expect(asked()).toBe(3));
});
