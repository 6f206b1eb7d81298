// Scrolls a list of many rows, and says how long our own code takes in each frame: `cargo xtask bench library --rows
// frames`. The browser is Chromium without a head, whose trace tells what its main thread did; the UI is the production
// build. Prints figures as JSON.

import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import { serve } from "./frames/serve.mjs";
import { framesOf, percentile } from "./frames/trace.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SCROLL_MS = 4000;
const SEED = 20_261_127;
const CATEGORIES = ["-*", "devtools.timeline", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame", "devtools.timeline.frame"];
const total = Number(process.argv[2] ?? 1_000_000);
const figures = {};

const server = await serve();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"], ignoreDefaultArgs: ["--hide-scrollbars"] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`http://127.0.0.1:${server.address().port}/?rows=${total}`);
  const grid = page.locator("[role=grid]");
  await page.locator("[role=row][data-id]").first().waitFor();
  await grid.focus();
  for (let round = 0; round < ROUNDS; round += 1) {
    await measure(page, "wheel", wheel);
    await measure(page, "keys", keys);
    await measure(page, "thumb", thumb);
  }
  add("frames.last_row_missing", total - (await lastRow(page, grid)));
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify(figures));

function add(name, value) {
  (figures[name] ??= []).push(Math.round(value * 1000) / 1000);
}

async function measure(page, name, scroll) {
  await browser.startTracing(page, { categories: CATEGORIES });
  const from = await page.evaluate(() => performance.now());
  await scroll(page);
  const took = (await page.evaluate(() => performance.now())) - from;
  const { own, ownCpu, rendering, frames } = framesOf(JSON.parse(String(await browser.stopTracing())).traceEvents);
  add(`frames.${name}.own_p50_ms`, percentile(own, 50));
  add(`frames.${name}.own_p99_ms`, percentile(own, 99));
  add(`frames.${name}.own_cpu_p99_ms`, percentile(ownCpu, 99));
  add(`frames.${name}.layout_and_paint_p99_ms`, percentile(rendering, 99));
  add(`frames.${name}.per_second`, (frames / took) * 1000);
}

async function wheel(page) {
  await page.mouse.move(600, 400);
  for (const end = Date.now() + SCROLL_MS; Date.now() < end; await pause(16)) await page.mouse.wheel(0, 240);
}

async function keys(page) {
  await page.locator("[role=grid]").focus();
  for (const end = Date.now() + SCROLL_MS; Date.now() < end; await pause(33)) await page.keyboard.press("PageDown");
}

/** Drags the thumb: fast over long ways, and in small steps around where it comes to. */
async function thumb(page) {
  const grid = page.locator("[role=grid]");
  await grid.focus();
  await page.keyboard.press("Home");
  await pause(300);
  const box = await grid.boundingBox();
  const [x, top, bottom] = [box.x + box.width - 7, box.y + 24, box.y + box.height - 24];
  await page.mouse.move(x, top);
  await page.mouse.down();
  let draw = SEED;
  for (const end = Date.now() + SCROLL_MS; Date.now() < end; ) {
    draw = (draw * 1_103_515_245 + 12_345) % 2_147_483_648;
    const y = top + (draw / 2_147_483_648) * (bottom - top);
    for (let step = 0; step < 12; step += 1) {
      await page.mouse.move(x, y + step * 2);
      await pause(16);
    }
  }
  await page.mouse.up();
}

/** The number of the last row that can be seen: by the keyboard, and at the end of the scroll bar. */
async function lastRow(page, grid) {
  const seen = async () => {
    await pause(500);
    return page.evaluate(() => {
      const box = document.querySelector("[role=grid]").getBoundingClientRect();
      const rows = [...document.querySelectorAll("[role=row][data-id]")];
      const shown = rows.filter((row) => row.getBoundingClientRect().top < box.bottom - 20);
      return Math.max(0, ...shown.map((row) => Number(row.dataset.index) + 1));
    });
  };
  await grid.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  const byBar = await seen();
  await grid.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("End");
  return Math.min(byBar, await seen());
}
