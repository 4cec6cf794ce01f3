import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Trouble } from "./Trouble";

test("a part that breaks is held, says so, and can be shown again", async () => {
  vi.spyOn(console, "error").mockReturnValue(undefined);
  let broken = true;
  const Part = () => {
    if (broken) throw new Error("no such page");
    return <p>all is well</p>;
  };
  render(
    <Trouble>
      <Part />
    </Trouble>,
  );
  expect(screen.getByRole("alert")).toHaveTextContent("Your files and conversations are kept");
  broken = false;
  await userEvent.click(screen.getByRole("button", { name: "Show it again" }));
  expect(screen.getByText("all is well")).toBeVisible();
});

test("what broke is told as letters, whatever it says", () => {
  vi.spyOn(console, "error").mockReturnValue(undefined);
  const Part = () => {
    throw new Error("<b>invoice\u202efdp.exe</b>");
  };
  render(
    <Trouble>
      <Part />
    </Trouble>,
  );
  expect(screen.getByText("<b>invoice\ufffdfdp.exe</b>")).toBeVisible();
});
