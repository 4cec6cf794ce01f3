import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { FakeHost } from "../../host/fake/FakeHost";
import { show } from "../../test/render";
import { StopBar, StopDialogs, StopSwitch, useStopping } from "./StopSwitch";

function Both() {
  const stopping = useStopping();
  return (
    <>
      <StopBar stopping={stopping} />
      <StopSwitch stopping={stopping} rail={false} />
      <StopDialogs stopping={stopping} />
    </>
  );
}

test("stopping takes one press and no question, and says what still works", async () => {
  const { user, host, container } = show(<Both />);
  await user.click(await screen.findByRole("button", { name: "Stop all sending" }));
  expect(host.calls).toContainEqual({ name: "stop_all", request: { on: true } });
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "Sending is stopped. Everything can be read. Nothing is sent.",
  );
  await expect(container).toHaveNoFindings();
});

test("sending starts again only after a question", async () => {
  const { user, host } = show(<Both />);
  await user.click(await screen.findByRole("button", { name: "Stop all sending" }));
  await user.click(await screen.findByRole("button", { name: /Sending is stopped/ }));
  const dialog = await screen.findByRole("dialog", { name: "Start sending again?" });
  expect(dialog).toHaveTextContent("1 approved change is under way and goes on then.");
  expect(host.calls).not.toContainEqual({ name: "stop_all", request: { on: false } });
  await user.click(screen.getByRole("button", { name: "Start sending" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(host.calls).toContainEqual({ name: "stop_all", request: { on: false } });
});

test("a switch that did not turn says so, and can be pressed again", async () => {
  let broken = true;
  const host = new FakeHost({
    stop_all: () => {
      if (broken)
        throw { message: "The switch cannot be written.", hint: "Look at the disk.", fault: "environment" };
      return { stopped: true, waiting: 0, under_way: 0 };
    },
    standing: () => ({ stopped: !broken, waiting: 0, under_way: 0 }),
  });
  const { user } = show(<Both />, host);
  await user.click(await screen.findByRole("button", { name: "Stop all sending" }));
  const dialog = await screen.findByRole("dialog", { name: "Sending was not stopped" });
  expect(dialog).toHaveTextContent("The switch cannot be written.");
  broken = false;
  await user.click(screen.getByRole("button", { name: "Stop all sending" }));
  expect(await screen.findByText("Sending is stopped.")).toBeVisible();
});
