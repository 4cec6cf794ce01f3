import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { TooltipProvider } from "../components/Tooltip/Tooltip";
import { STORIES } from "./stories";

test.each(STORIES)("axe finds nothing on $component: $title", async ({ show }) => {
  const { container } = render(<TooltipProvider>{show()}</TooltipProvider>);
  await expect(container).toHaveNoFindings();
});
