import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Seal } from "./Seal";

const REQUEST = { method: "PATCH", address: "https://crm.example/deals/1", condition: '"17"', body: "{}" };

test("raw requests are one click away, with the version they are bound to", async () => {
  const { container } = render(<Seal digest="7f3a09c1d2b44e6f" requests={[REQUEST, REQUEST]} />);
  expect(container).toHaveTextContent("Exactly the 2 requests shown here are sent, nothing else. 7f3a 09c1");
  expect(screen.queryByRole("region")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show raw requests" }));
  expect(screen.getByRole("region", { name: "Raw requests" })).toHaveTextContent(
    'PATCH https://crm.example/deals/1 If-Match: "17" {}',
  );
  await expect(container).toHaveNoFindings();
});
