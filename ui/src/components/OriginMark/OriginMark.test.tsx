import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { OriginMark } from "./OriginMark";

test("text of others is named as such, whatever it calls itself", () => {
  const { container } = render(
    <OriginMark kind="within" source={{ kind: "mail", object: "Your words\u202e" }} />,
  );
  expect(container).toHaveTextContent("Outside textmail Your words�");
});

test("a value without a source says so", () => {
  const { container } = render(<OriginMark kind="nowhere" source={null} />);
  expect(container).toHaveTextContent("No source");
});
