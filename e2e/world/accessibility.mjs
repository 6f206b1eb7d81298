// axe over a page: WCAG 2.2, level AA.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * Fails with what axe finds.
 *
 * @param {(script: string, ...args: unknown[]) => Promise<unknown>} run runs the body of a function
 *   in the page; what it returns is awaited there
 */
export async function checkAccessibility(run) {
  await run(axe);
  const violations = await run(
    `return axe.run(document, { runOnly: arguments[0], resultTypes: ["violations"] })
      .then((found) => found.violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) })));`,
    TAGS,
  );
  assert.deepEqual(violations, []);
}
