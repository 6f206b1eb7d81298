import axe from "axe-core";
import { expect } from "vitest";

/** Fails with a list of what WCAG 2.2 AA would object to. Contrast is measured in a real browser, not here. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    // Menus and dialogs hang at the end of the page, outside its regions, as ARIA has them.
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html).join("\n  ")}`,
  );
  expect(found).toEqual([]);
}
