/**
 * Makes a call that runs `work` as often as needed and never twice at once: calls that come while
 * it runs become one more run afterwards, so that the last call is never missed.
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
      await work();
    } while (again);
    running = false;
  }

  return () => {
    if (running) again = true;
    else void run();
  };
}
