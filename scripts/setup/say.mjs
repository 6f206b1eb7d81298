// What the two commands say while they work: one line for each step, and one sentence when they stop.

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

/** Announces a step. */
export function step(text) {
  console.log(`${paint("1;34", "▸")} ${paint("1", text)}`);
}

/** Adds a detail to the step before. */
export function detail(text) {
  console.log(`  ${text}`);
}

/** How long something took, for people: `4 s`, `2 min 5 s`. */
export function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A reason to stop that the person can act on. Shown without a stack trace. */
export class Stop extends Error {}

/** Runs `main` and turns what it throws into a sentence and an exit code. */
export async function run(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const text = error instanceof Stop ? error.message : (error.stack ?? String(error));
    console.error(`\n${paint("1;31", "✗")} ${text}`);
    process.exitCode = 1;
  }
}
