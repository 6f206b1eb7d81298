// What is done after the tests of a file, and after one that failed.

import { readFileSync } from "node:fs";
import { after, afterEach } from "node:test";
import { APP_LOG } from "./window.mjs";

const LAST_LINES = 60;

/**
 * Closes what the file opened. Of a test that failed, keeps a picture of the window, and says what the app said last.
 *
 * @param {() => { window: import("./window.mjs").Window, browser: import("playwright-core").Browser, server: import("./server.mjs").Server }} opened
 */
export function endWith(opened) {
  after(async () => {
    const { window, browser, server } = opened();
    await window?.close();
    await browser?.close();
    await server.stop();
  });

  afterEach(async (context) => {
    if (context.passed !== false) return;
    console.log(`The app said last:\n${readFileSync(APP_LOG, "utf8").trimEnd().split("\n").slice(-LAST_LINES).join("\n")}`);
    await opened().window.screenshot(`failed-${context.name.replaceAll(/[^a-z]+/gi, "-")}`);
  });
}
