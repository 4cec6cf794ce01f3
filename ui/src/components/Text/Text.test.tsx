import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { Marked, Name, Plain, Said } from "./Text";

const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "<script>fetch('//evil.example')</script>",
  "<style>@import url(//evil.example)</style>",
  '<a href="javascript:alert(1)" ping="//evil.example">click</a>',
  "![x](https://evil.example/pixel.png)",
  "<svg onload=alert(1)><use href='data:image/svg+xml,x#y'/></svg>",
  "<link rel=prefetch href=//evil.example>",
];

test("markup in a text is only letters", () => {
  for (const text of HOSTILE) {
    const { container, unmount } = render(
      <>
        <Plain>{text}</Plain>
        <Name>{text}</Name>
        <Said>{text}</Said>
        <Marked ranges={[{ start: 1, end: 5 }]}>{text}</Marked>
      </>,
    );
    const elements = [...container.querySelectorAll("*")].map(({ localName }) => localName);
    expect(elements.every((name) => ["bdi", "mark"].includes(name))).toBe(true);
    expect(container.textContent).toBe(text.repeat(4));
    unmount();
  }
});

test("names in backticks are set as code, a lone backtick is a character", () => {
  const { container } = render(<Said>{"The folder `/home/ines/a b` is gone, `really"}</Said>);
  expect([...container.querySelectorAll("code")].map(({ textContent }) => textContent)).toEqual([
    "/home/ines/a b",
  ]);
  expect(container.textContent).toBe("The folder /home/ines/a b is gone, `really");
});

test("only what is to be marked is marked", () => {
  const { container } = render(
    <Marked
      ranges={[
        { start: 4, end: 9 },
        { start: 10, end: 12 },
      ]}
    >
      at most 99.5 % a month
    </Marked>,
  );
  expect([...container.querySelectorAll("mark")].map(({ textContent }) => textContent)).toEqual([
    "ost 9",
    ".5",
  ]);
  expect(container.textContent).toBe("at most 99.5 % a month");
});

test("what belongs to the last word stays on its line", () => {
  const { container } = render(<Plain tail={<i>1</i>}>It is 99.5 %.</Plain>);
  expect(container.querySelector(".nowrap")).toHaveTextContent("%.1");
  expect(container).toHaveTextContent("It is 99.5 %.1");
});
