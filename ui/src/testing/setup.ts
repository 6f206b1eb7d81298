// What jsdom lacks of a window: sizes, media queries, and observers of sizes.

import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";

const WINDOW = { width: 1280, height: 800 };

// A machine with other work is slow; a wait that succeeds costs nothing.
configure({ asyncUtilTimeout: 8_000 });

class NoResizes {
  observe() {}
  unobserve() {}
  disconnect() {}
}

class PlainPointerEvent extends MouseEvent {}

beforeEach(() => {
  globalThis.ResizeObserver = NoResizes;
  Object.assign(globalThis, { PointerEvent: PlainPointerEvent });
  Object.defineProperty(HTMLElement.prototype, "offsetHeight", {
    configurable: true,
    get: () => WINDOW.height,
  });
  Object.defineProperty(HTMLElement.prototype, "offsetWidth", {
    configurable: true,
    get: () => WINDOW.width,
  });
  Object.defineProperty(HTMLElement.prototype, "clientHeight", {
    configurable: true,
    get: () => WINDOW.height,
  });
  Element.prototype.scrollTo = scrollTo;
  Element.prototype.scrollIntoView = () => {};
  Element.prototype.getAnimations = () => [];
  HTMLCanvasElement.prototype.getContext = () => null;
  setWindowWidth(WINDOW.width);
});

afterEach(() => {
  cleanup();
  localStorage.clear();
});

function scrollTo(this: Element, to?: ScrollToOptions | number): void {
  if (typeof to !== "object") return;
  this.scrollTop = to.top ?? 0;
  queueMicrotask(() => this.dispatchEvent(new Event("scroll")));
}

/** Answers `(min-width: …px)` as a window of this width would; every other media query with no. */
export function setWindowWidth(width: number): void {
  globalThis.matchMedia = (query: string) => {
    const least = /min-width: (\d+)px/.exec(query)?.[1];
    return Object.assign(new EventTarget(), {
      matches: least !== undefined && width >= Number(least),
      media: query,
      onchange: null,
      addListener: () => {},
      removeListener: () => {},
    });
  };
}
