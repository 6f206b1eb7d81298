// The system's browser: Chromium, without a head.

import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { until } from "./until.mjs";

const asked = join(process.env.HOME, "asked-to-open");
const program = join(process.env.HOME, "browser.sh");

/** What to set as NOTESPOT_BROWSER: a program that notes the address it should open. */
export function browserProgram() {
  // Written beside and renamed: the address is there whole, or not at all.
  writeFileSync(program, `#!/bin/sh\nprintf %s "$1" > "${asked}.new" && mv "${asked}.new" "${asked}"\n`);
  chmodSync(program, 0o755);
  return program;
}

/** The address that the app asked the browser to open. */
export async function askedToOpen() {
  const url = await until("the app to open the browser", () => existsSync(asked) && readFileSync(asked, "utf8"));
  rmSync(asked);
  return url;
}

/** A browser that nobody is signed in with. */
export async function launchBrowser() {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** Goes through the identity provider's pages, and gives the link that leads back to the app. */
export async function signInAt(browser, url, person) {
  const page = await browser.newPage();
  await page.goto(url);
  for (const [field, value] of Object.entries(person)) {
    const input = page.locator(`input[name="${field}"]`);
    if (await input.count()) await input.fill(value);
  }
  await picture(page, "02-identity-page");
  await page.locator("form button[type=submit], form button:not([type])").first().click();
  const back = page.locator('a[href^="notespot:"]');
  await back.waitFor({ state: "attached" });
  await picture(page, "03-signed-in-page");
  const link = await back.getAttribute("href");
  await page.close();
  return link;
}

/** Takes a picture of a page. Chromium without a head has moments in which it cannot: then it is asked again. */
export async function picture(page, name) {
  const path = join(process.env.NOTESPOT_SCREENSHOTS, `${name}.png`);
  await until(`a picture of ${name}`, () => page.screenshot({ path }));
}
