// Public files: listed in one window, found by anybody.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { checkAccessibility } from "./world/accessibility.mjs";
import { askedToOpen, browserProgram, launchBrowser, picture, signInAt } from "./world/browser.mjs";
import { clipboard, dropFiles, emptyClipboard, openLink } from "./world/desktop.mjs";
import { endWith } from "./world/ending.mjs";
import { Server } from "./world/server.mjs";
import { until } from "./world/until.mjs";
import { By, Key, Window } from "./world/window.mjs";

const ADA = { name: "Ada Lovelace", email: "ada@example.org", password: "correct horse battery" };
const NAME = "Résumé für alle.pdf";
const files = join(process.env.HOME, "files");

const server = new Server();
let browser;
let window;

before(async () => {
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, NAME), randomBytes(30_000));
  await server.start();
  browser = await launchBrowser();
  window = await Window.open({ NOTESPOT_SERVER: server.url, NOTESPOT_BROWSER: browserProgram() });
  await window.click("Sign in with your browser");
  await openLink(await signInAt(browser, await askedToOpen(), ADA));
  const drag = await dropFiles([join(files, NAME)]);
  await drag.release();
  await window.row(NAME);
});

endWith(() => ({ window, browser, server }));

test("a file is listed with the switch below its link, also without the server", async () => {
  await server.stop();
  await window.find(By.xpath("//*[contains(., 'You are offline')]"), "the banner");
  await window.select(NAME);
  await window.press(Key.CONTROL, "l");
  await (await window.find(By.css("[role=switch][aria-label='List in public files']"), "the switch")).click();
  await window.find(By.css("[role=switch][aria-label='List in public files'][aria-checked=true]"), "it on");
  await window.screenshot("40-listed-offline");
  await toPublicFiles(() => window.see("Public files need a connection"));
  await window.screenshot("41-public-files-offline");
  await server.start();
  await window.see("Up to date");
  await until("the file in the catalogue", async () => (await catalogue()).length === 1);
});

test("public files are listed in the window, searched, opened and copied", async () => {
  await toFiles();
  await toPublicFiles(() => window.row(NAME));
  await checkAccessibility((script, ...args) => window.run(script, ...args));
  await window.press(Key.CONTROL, "k");
  await window.type("resume");
  await window.select(NAME);
  await window.screenshot("42-public-files");
  emptyClipboard();
  await window.press(Key.CONTROL, "l");
  const [{ url }] = await catalogue();
  await until("the link on the clipboard", () => clipboard() === url);
  await window.click("Open public page");
  assert.equal(await askedToOpen(), url);
});

test("anybody finds the file in a browser without scripts", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${server.url}/explore`);
  await page.getByRole("searchbox", { name: "Search public files by name" }).fill("ALLE resume");
  await page.getByRole("button", { name: "Search" }).click();
  await picture(page, "43-explore");
  await page.getByRole("link", { name: NAME }).click();
  await page.getByRole("heading", { name: NAME }).waitFor();
  await context.close();
  for (const colorScheme of ["light", "dark"]) {
    const other = await browser.newPage({ colorScheme });
    await other.goto(`${server.url}/explore`);
    await checkAccessibility((script, ...args) => other.evaluate(({ script, args }) => new Function(script)(...args), { script, args }));
    await other.close();
  }
});

test("what is taken out of the list is found no more, and its link still opens", async () => {
  const [{ url }] = await catalogue();
  await toFiles();
  await window.select(NAME);
  await (await window.find(By.css("[role=switch][aria-label='List in public files']"), "the switch")).click();
  await until("the catalogue without it", async () => (await catalogue()).length === 0);
  assert.equal((await fetch(url)).status, 200);
});

async function catalogue() {
  return (await (await fetch(`${server.url}/v1/catalogue`)).json()).items;
}

async function toPublicFiles(arrived) {
  await (await window.find(By.xpath("//nav//button[contains(., 'Public files')]"), "Public files")).click();
  await arrived();
}

async function toFiles() {
  await (await window.find(By.xpath("//nav//button[contains(., 'Files')]"), "Files")).click();
  await window.row(NAME);
}
