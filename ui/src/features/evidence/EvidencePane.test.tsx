import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { citation } from "../../host/fake/story";
import { show } from "../../test/render";
import { EvidencePane } from "./EvidencePane";

vi.mock("./Document", () => ({ default: () => <p>document</p> }));

const pane = (file: string) =>
  show(
    <EvidencePane
      passages={[{ number: 1, citation: citation({ quote: "x", file, place_text: "lines 2 to 5" }) }]}
      current={1}
      onCurrent={vi.fn()}
      place={() => "l. 2–5"}
      waiting={false}
    />,
  );

test("a long file name keeps its ending, and its place follows without a gap", async () => {
  const { container } = pane("CRM/hubspot-companies-2026-09-24.csv");
  const line = within(screen.getByRole("navigation", { name: "Cited passages" })).getByRole("button");
  expect(line.querySelector(".ev-name")?.textContent).toBe("1, hubspot-companies-2026-09-24.csv, l. 2–5");
  expect(line.querySelector(".clip")?.textContent).toBe("hubspot-companies-2026-0");
  expect(line).toHaveAttribute("title", expect.stringContaining("CRM/hubspot-companies-2026-09-24.csv"));
  await screen.findByText("document");
  await expect(container).toHaveNoFindings();
});
