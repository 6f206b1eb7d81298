import type { Direction, NodeId, Transfer, Transfers, TransferState } from "../wire.ts";

const SIZE = 4_800_000;
const STEPS = 8;
const STEP_MS = 90;

type Finished = { node: NodeId | null; linkCopied: boolean };

/** Transfers that move by a clock. */
export class FakeTransfers {
  now: Transfers = { items: [], total: 0, active: 0, bytes_per_second: 0, seconds_left: null };
  readonly #changed: (transfers: Transfers) => void;
  #made = 0;

  constructor(changed: (transfers: Transfers) => void) {
    this.#changed = changed;
  }

  show(transfers: Transfers): void {
    this.now = transfers;
    this.#changed(transfers);
  }

  run(names: string[], direction: Direction, finish: (name: string, size: number) => Finished): void {
    for (const name of names) {
      this.#made += 1;
      const id = this.#made;
      const state: TransferState = { kind: "running" };
      this.#put([
        ...this.now.items,
        {
          id,
          direction,
          name,
          size: SIZE,
          done: 0,
          state,
          node: null,
          link_copied: false,
          was_there: false,
        },
      ]);
      this.#step(id, 1, finish);
    }
  }

  cancel(id: number): void {
    this.#change(id, { state: { kind: "cancelled" } });
  }

  retry(id: number): void {
    this.#change(id, { state: { kind: "running" }, done: 0 });
  }

  clearFinished(): void {
    this.#put(this.now.items.filter(isActive));
  }

  #step(id: number, step: number, finish: (name: string, size: number) => Finished): void {
    setTimeout(() => {
      const transfer = this.now.items.find((item) => item.id === id);
      if (transfer?.state.kind !== "running") return;
      if (step < STEPS) {
        this.#change(id, { done: (SIZE / STEPS) * step });
        this.#step(id, step + 1, finish);
      } else {
        const { node, linkCopied } = finish(transfer.name, SIZE);
        this.#change(id, { done: SIZE, state: { kind: "done" }, node, link_copied: linkCopied });
      }
    }, STEP_MS);
  }

  #change(id: number, change: Partial<Transfer>): void {
    this.#put(this.now.items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  #put(items: Transfer[]): void {
    const active = items.filter(isActive);
    const left = active.reduce((sum, item) => sum + item.size - item.done, 0);
    const bytes_per_second = active.length > 0 ? (SIZE / STEPS / STEP_MS) * 1000 : 0;
    const seconds_left = bytes_per_second > 0 ? Math.ceil(left / bytes_per_second) : null;
    this.show({ items, total: items.length, active: active.length, bytes_per_second, seconds_left });
  }
}

function isActive({ state }: Transfer): boolean {
  return state.kind === "running" || state.kind === "waiting" || state.kind === "finishing";
}
