import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { UndoMark } from "./UndoMark";

test("how something is taken back is a word, not only a drawing", () => {
  const { container } = render(<UndoMark undo="irreversible" />);
  expect(container).toHaveTextContent("Irreversible it cannot be called back");
});
