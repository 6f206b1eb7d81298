/**
 * Makes a call that runs `work` now where nothing is under way, and never twice at once: calls that come while it
 * runs, or within `pause` milliseconds after it, become one more run then, so that the last call is never missed and a
 * stream of them leaves room for everything else. What `work` fails with is its own to tell; the next call runs it
 * again.
 */
export function coalesce(work: () => Promise<void>, pause: number): () => void {
  let isBusy = false;
  let again = false;

  async function run() {
    isBusy = true;
    do {
      again = false;
      // Each run must see what happened before it began: they cannot overlap.
      // oxlint-disable-next-line no-await-in-loop
      await work().catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, pause));
    } while (again);
    isBusy = false;
  }

  return () => {
    if (isBusy) again = true;
    else void run();
  };
}
