// Waiting for what must come, with a bound.

import { setTimeout as pause } from "node:timers/promises";

const BOUND_MILLISECONDS = 30_000;
const ASK_EVERY_MILLISECONDS = 100;

/**
 * Asks until the answer is neither `undefined`, `null` nor `false`, and gives it.
 *
 * @template T
 * @param {string} what for the sentence when it never comes
 * @param {() => T | Promise<T>} ask
 */
export async function until(what, ask, bound = BOUND_MILLISECONDS) {
  const end = Date.now() + bound;
  let trouble;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    await pause(ASK_EVERY_MILLISECONDS);
  }
  throw new Error(`Waited ${bound / 1000} s in vain for: ${what}`, { cause: trouble });
}
