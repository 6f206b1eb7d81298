import { expect, test, vi } from "vitest";
import { coalesce } from "./coalesce.ts";

test("many changes at once become one refresh, and one more for what came meanwhile", async () => {
  let runs = 0;
  const gates: (() => void)[] = [];
  const refresh = coalesce(async () => {
    runs += 1;
    await new Promise<void>((resolve) => gates.push(resolve));
  }, 0);

  refresh();
  for (let change = 0; change < 10; change += 1) refresh();
  expect(runs).toBe(1);
  gates[0]?.();
  await expect.poll(() => runs).toBe(2);
  gates[1]?.();
  refresh();
  await expect.poll(() => runs).toBe(3);
});

test("a refresh that fails does not stop the next one", async () => {
  let runs = 0;
  const refresh = coalesce(() => {
    runs += 1;
    return Promise.reject(new Error("broken"));
  }, 0);
  refresh();
  await expect.poll(() => runs).toBe(1);
  refresh();
  await expect.poll(() => runs).toBe(2);
});

test("a stream of changes is one refresh at once, one a pause, and one after the last", async () => {
  vi.useFakeTimers();
  try {
    let [runs, seen, now] = [0, 0, 0];
    const refresh = coalesce(() => {
      runs += 1;
      seen = now;
      return Promise.resolve();
    }, 200);
    refresh();
    expect(runs).toBe(1);
    for (now = 1; now <= 100; now += 1) {
      refresh();
      // Each step must be over before the next.
      // oxlint-disable-next-line no-await-in-loop
      await vi.advanceTimersByTimeAsync(10);
    }
    now = 100;
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toBe(6);
    expect(seen).toBe(100);
  } finally {
    vi.useRealTimers();
  }
});
