import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { CutName, Marked, Name, Plain, Said } from "./Text";

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
        <CutName>{text}</CutName>
        <Said>{text}</Said>
        <Marked ranges={[{ start: 1, end: 5 }]}>{text}</Marked>
      </>,
    );
    const elements = [...container.querySelectorAll("*:not(.cut > span)")].map(({ localName }) => localName);
    expect(elements.every((name) => ["bdi", "mark"].includes(name))).toBe(true);
    expect(container.textContent).toBe(text.repeat(5));
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

test("a number and its unit stay on one line, marked or not, and the text is what it was", () => {
  const text = "At most 99.5 % of 216 min, see § 4.2 and € 41,200 for 14 robots";
  const held = ["99.5 %", "216 min", "§ 4.2", "€ 41,200"];
  for (const shown of [
    <Plain>{text}</Plain>,
    <Marked ranges={[]}>{text}</Marked>,
    <Marked ranges={[{ start: 0, end: text.length }]}>{text}</Marked>,
  ]) {
    const { container, unmount } = render(shown);
    expect([...container.querySelectorAll(".nowrap")].map(({ textContent }) => textContent)).toEqual(held);
    expect(container.textContent).toBe(text);
    unmount();
  }
});

test("a number before the last unit stays with it and with what follows", () => {
  const { container } = render(<Plain tail={<i>2</i>}>Value: 99.5 %</Plain>);
  expect(container.querySelector(".nowrap")?.textContent).toBe("99.5 %2");
});

test("what turns the direction is taken out of every part of a sentence", () => {
  const { container } = render(<Said>{"\u202ea `b\u202e` c\u202e ` d\u202e"}</Said>);
  expect(container.textContent).toBe("a b\ufffd c ` d");
});

test("a name in a narrow place is cut before its ending, which can be seen", () => {
  const { container } = render(<CutName>{"hubspot-companies-2026-09-24\u202e.csv"}</CutName>);
  const [front, end] = container.querySelectorAll(".cut > span");
  expect(front).toHaveClass("clip");
  expect(front?.textContent).toBe("hubspot-companies-2026-09");
  expect(end?.textContent).toBe("-24\ufffd.csv");
});
