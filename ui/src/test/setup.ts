import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, expect, vi } from "vitest";
import { findings } from "./axe";

configure({ asyncUtilTimeout: 10_000 });
afterEach(cleanup);

// jsdom lays nothing out, so lists that only draw what can be seen are told a size.
for (const [name, value] of [
  ["Height", 600],
  ["Width", 800],
] as const) {
  Object.defineProperty(Element.prototype, `client${name}`, { configurable: true, value });
  Object.defineProperty(HTMLElement.prototype, `offset${name}`, { configurable: true, value });
}
Element.prototype.scrollIntoView = vi.fn();
Element.prototype.scrollTo = vi.fn() as never;
HTMLCanvasElement.prototype.getContext = () => null;
Element.prototype.hasPointerCapture = () => false;
globalThis.ResizeObserver = class {
  observe(): void {
    /* nothing ever changes its size here */
  }
  unobserve(): void {
    /* nothing was watched */
  }
  disconnect(): void {
    /* nothing was watched */
  }
};

expect.extend({
  async toHaveNoFindings(received: Element) {
    const found = await findings(received);
    return { pass: found.length === 0, message: () => found.join("\n") };
  },
});

declare module "vitest" {
  interface Matchers<T> {
    /** axe finds nothing to complain about. */
    toHaveNoFindings(): Promise<T>;
  }
}
