import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { createQueryClient } from "../../host/createQueryClient.ts";
import { createFake } from "../../platform/fake/createFake.ts";
import { PlatformContext } from "../../platform/PlatformContext.ts";
import type { OpenedView } from "../../platform/wire.ts";
import { useRows, useShownRows } from "./useRows.ts";

const READ_MS = 30;
const CHANGE_MS = 10;

afterEach(() => {
  vi.useRealTimers();
});

test("a list that changes faster than it is read shows what was read of it", async () => {
  const { platform } = createFake();
  const opened = await platform.openView({
    source: { kind: "folder", id: null },
    sort: "name",
    order: "ascending",
  });
  const rows = await platform.viewRows(opened.id, 0, 1);
  vi.useFakeTimers();
  const slow = {
    ...platform,
    async viewRows(view: number) {
      await new Promise((done) => setTimeout(done, READ_MS));
      // Each list has one row more than the one before.
      return Array.from({ length: view }).flatMap(() => rows);
    },
  };
  const queries = createQueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>
      <PlatformContext value={slow}>{children}</PlatformContext>
    </QueryClientProvider>
  );
  const list = (total: number): OpenedView => ({ ...opened, id: total, total });
  const { result, rerender } = renderHook(({ view }) => useShownRows(useRows(view), 0, 50), {
    wrapper,
    initialProps: { view: list(1) },
  });
  for (let total = 2; total <= 20; total += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await act(() => vi.advanceTimersByTimeAsync(CHANGE_MS));
    rerender({ view: list(total) });
  }
  expect(result.current(14)).toEqual(rows[0]);
  expect(result.current(19)).toBeUndefined();
});
