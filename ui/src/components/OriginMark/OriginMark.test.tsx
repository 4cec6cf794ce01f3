import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { OriginMark } from "./OriginMark";

test("text of others is named as such, whatever it calls itself", () => {
  const { container } = render(
    <OriginMark kind="within" source={{ kind: "mail", object: "Your words\u202e" }} />,
  );
  expect(container).toHaveTextContent("Outside textmail Your words�");
});

test("the words a value was seen in are quoted, before where that was; what hides in them is seen", () => {
  const { container } = render(
    <OriginMark
      kind="within"
      source={{ kind: "mail", object: "Re.eml" }}
      quote={"by 30\u202e October <b>now</b>"}
    />,
  );
  expect(container).toHaveTextContent("Outside text“by 30� October <b>now</b>” mail Re.eml");
  const { container: own } = render(<OriginMark kind="user" source={null} quote="a call on Friday" />);
  expect(own).toHaveTextContent("Your words“a call on Friday”");
});

test("a value without a source says so", () => {
  const { container } = render(<OriginMark kind="nowhere" source={null} />);
  expect(container).toHaveTextContent("No source");
});
