import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";

test("many changes at once become one refresh, and one more for what came meanwhile", async () => {
  let runs = 0;
  const gates: (() => void)[] = [];
  const refresh = coalesce(async () => {
    runs += 1;
    await new Promise<void>((resolve) => gates.push(resolve));
  });

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
  });
  refresh();
  await expect.poll(() => runs).toBe(1);
  refresh();
  await expect.poll(() => runs).toBe(2);
});
