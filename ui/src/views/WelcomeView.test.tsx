import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { FakeHost } from "../host/fake/FakeHost";
import { show } from "../test/render";
import WelcomeView from "./WelcomeView";

const nothing = () => ({ sources: [], passages: 0, embedded: 0, model: null, model_problem: null });

test("the first start offers folders or the demo company", async () => {
  const { container, user, host } = show(<WelcomeView />, new FakeHost({ status: nothing }));
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("What should Attaché read?");
  expect(screen.getByRole("button", { name: "Continue" })).toHaveAttribute("aria-disabled", "true");
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("button", { name: "Open the demo" }));
  expect(host.calls).toContainEqual({ name: "source_demo", request: {} });
  expect(
    await screen.findByRole("heading", { level: 1, name: "Where does the thinking happen?" }),
  ).toBeVisible();
});

test("the model step says what there is and nothing else", async () => {
  const { container, user } = show(<WelcomeView />);
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Continue" })).not.toHaveAttribute("aria-disabled"),
  );
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByText("all-minilm-l6-v2-int8")).toBeVisible();
  expect(screen.queryByRole("radio")).toBeNull();
  await expect(container).toHaveNoFindings();
  await user.click(screen.getByRole("button", { name: "Start" }));
  expect(window.location.hash).toBe("#/ask");
});

test("a folder that never leaves this machine is marked with one switch", async () => {
  const { user, host } = show(<WelcomeView />);
  await user.click(await screen.findByRole("switch", { name: "Halden never leaves this machine" }));
  expect(host.calls).toContainEqual({
    name: "source_label",
    request: { collection: "Halden", labels: ["internal", "never-leaves-this-machine"] },
  });
});
