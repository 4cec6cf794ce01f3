import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, expect, vi } from "vitest";
import { findings } from "./axe";

afterEach(cleanup);

// jsdom lays nothing out, so lists that only draw what can be seen are told a size.
Object.defineProperty(HTMLElement.prototype, "offsetHeight", { configurable: true, value: 600 });
Object.defineProperty(HTMLElement.prototype, "offsetWidth", { configurable: true, value: 800 });
Element.prototype.scrollIntoView = vi.fn();
Element.prototype.scrollTo = vi.fn() as never;
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
