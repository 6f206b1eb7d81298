import type { Direction, MoveTo, NodeId, TargetAnswer, Transfer, Transfers, TransferState } from "../wire.ts";

const SIZE = 4_800_000;
const STEPS = 8;
const STEP_MS = 90;

type Finished = { node: NodeId | null; linkCopied: boolean };

/** Transfers that move by a clock. */
export class FakeTransfers {
  now: Transfers = transfersOf([], 0);
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
          saved_as: null,
        },
      ]);
      this.#step(id, 1, finish);
    }
  }

  setState(id: number, kind: "running" | "paused" | "cancelled"): void {
    this.#change(id, { state: { kind } });
  }

  setAll(kind: "running" | "paused" | "cancelled"): void {
    this.#put(this.now.items.map((item) => (isActive(item) ? { ...item, state: { kind } } : item)));
  }

  move(id: number, to: MoveTo): void {
    const items = this.now.items.filter((item) => item.id !== id);
    const moved = this.now.items.find((item) => item.id === id);
    const at = this.now.items.findIndex((item) => item.id === id);
    const first = items.findIndex(({ state }) => state.kind === "waiting");
    const place = { top: first, up: Math.max(first, at - 1), down: at + 1 }[to];
    if (moved) this.#put(items.toSpliced(place, 0, moved));
  }

  answer(id: number, answer: TargetAnswer, forAll: boolean): void {
    const state: TransferState = { kind: answer === "skip" ? "skipped" : "running" };
    const isMeant = (item: Transfer) => item.state.kind === "target_exists" && (forAll || item.id === id);
    this.#put(this.now.items.map((item) => (isMeant(item) ? { ...item, state } : item)));
  }

  remove(id: number): void {
    this.#put(this.now.items.filter((item) => item.id !== id));
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
    const isMoving = items.some(({ state }) => state.kind === "running");
    this.show(transfersOf(items, isMoving ? (SIZE / STEPS / STEP_MS) * 1000 : 0));
  }
}

/** The panel with these, counted. */
export function transfersOf(items: Transfer[], bytes_per_second: number): Transfers {
  const count = (...kinds: TransferState["kind"][]) =>
    items.filter(({ state }) => kinds.includes(state.kind)).length;
  const left = items.filter(isActive).reduce((sum, item) => sum + item.size - item.done, 0);
  return {
    items,
    total: items.length,
    active: items.filter(isActive).length,
    paused: count("paused"),
    offline: count("offline"),
    asking: count("target_exists"),
    failed: count("failed"),
    done: count("done"),
    bytes_per_second,
    seconds_left: bytes_per_second > 0 ? Math.ceil(left / bytes_per_second) : null,
  };
}

const OVER = new Set<TransferState["kind"]>(["done", "skipped", "failed", "cancelled"]);

function isActive({ state }: Transfer): boolean {
  return !OVER.has(state.kind);
}
