import { expect, test } from "vitest";
import { drawnHeight, moved, type Place, scrolled, TALLEST_PX, TOP } from "./tallList.ts";

const extent = { list: 38_000_000, screen: 700 };
const END = extent.list - extent.screen;
const barEnd = TALLEST_PX - extent.screen;
const placeOf = ({ bar, shift }: Place) => bar + shift;

test("a list that browsers draw is where its bar is", () => {
  const short = { list: 15_000_000, screen: 700 };
  expect(drawnHeight(short.list)).toBe(short.list);
  expect(scrolled(TOP, 9_000_000, short)).toEqual({ bar: 9_000_000, shift: 0 });
  expect(moved(TOP, 14_999_999, short)).toEqual({ bar: 14_999_300, shift: 0 });
});

test("the bar's ends are the list's ends, and in between the bar leads everywhere", () => {
  expect(placeOf(scrolled(TOP, barEnd, extent))).toBe(END);
  expect(scrolled({ bar: barEnd, shift: END - barEnd }, 0, extent)).toEqual(TOP);
  let before = -1;
  for (let bar = 0; bar <= barEnd; bar += 20_000) {
    const place = placeOf(scrolled({ bar: -1e9, shift: 0 }, bar, extent));
    expect(place).toBeGreaterThan(before);
    expect(place - before).toBeLessThan(60_000);
    before = place;
  }
});

test("a wheel moves the list by what it says, and reaches both ends", () => {
  let at = scrolled(TOP, 8_000_000, extent);
  let [reached, amiss] = [0, 0];
  for (const step of [240, -240]) {
    do {
      const before = placeOf(at);
      at = scrolled(at, Math.max(0, Math.min(barEnd, at.bar + step)), extent);
      reached = placeOf(at);
      if (reached > 0 && reached < END && reached - before !== step) amiss += 1;
    } while (reached > 0 && reached < END && amiss === 0);
    expect(amiss).toBe(0);
    expect(placeOf(at)).toBe(step > 0 ? END : 0);
    expect(at.bar).toBe(step > 0 ? barEnd : 0);
  }
});

test("going to a row and seeing the bar arrive there changes nothing more", () => {
  for (const place of [0, 38, 999_999, 1_000_038, 19_000_019, 36_999_990, END]) {
    const there = moved(TOP, place, extent);
    expect(placeOf(there)).toBe(place);
    expect(scrolled(there, there.bar, extent)).toEqual(there);
    expect(there.bar).toBeLessThanOrEqual(barEnd);
  }
});
