/**
 * Makes a call that runs `work` as often as needed and never twice at once: calls that come while
 * it runs become one more run afterwards, so that the last call is never missed. What `work` fails
 * with is its own to tell; the next call runs it again.
 */
export function coalesce(work: () => Promise<void>): () => void {
  let running = false;
  let again = false;

  async function run() {
    running = true;
    do {
      again = false;
      // Each run must see what happened before it began: they cannot overlap.
      // oxlint-disable-next-line no-await-in-loop
      await work().catch(() => undefined);
    } while (again);
    running = false;
  }

  return () => {
    if (running) again = true;
    else void run();
  };
}
