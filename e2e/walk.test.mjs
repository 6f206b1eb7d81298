// The path as a user walks it, from the first start to signing out.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { checkAccessibility } from "./world/accessibility.mjs";
import { askedToOpen, browserProgram, launchBrowser, shot, signInAt } from "./world/browser.mjs";
import { answerFileDialog, clipboard, dropFiles, emptyClipboard, endingApp, openLink } from "./world/desktop.mjs";
import { Server } from "./world/server.mjs";
import { until } from "./world/until.mjs";
import { By, Key, Window } from "./world/window.mjs";

const ADA = { name: "Ada Lovelace", email: "ada@example.org", password: "correct horse battery" };
const files = join(process.env.HOME, "files");
const NAMES = ["Plan für Mai.pdf", "📈 growth chart.png"];
const SHARED = "shared as it lands.txt";
const PICKED = "picked with the dialog.txt";

const server = new Server();
let browser;
let window;
let link;

const openWindow = async (...args) => {
  window = await Window.open({ NOTESPOT_SERVER: server.url, NOTESPOT_BROWSER: browserProgram() }, ...args);
};

before(async () => {
  mkdirSync(files, { recursive: true });
  for (const name of [...NAMES, SHARED, PICKED]) writeFileSync(join(files, name), randomBytes(300_000));
  await server.start();
  browser = await launchBrowser();
  await openWindow();
});

after(async () => {
  await window?.close();
  await browser?.close();
  await server.stop();
});

afterEach(async (context) => {
  if (context.passed === false) await window.screenshot(`failed-${context.name.replaceAll(/[^a-z]+/gi, "-")}`);
});

test("the first start welcomes, and names the server", async () => {
  await window.see("Share a file in one drop");
  await window.find(By.xpath("//*[contains(., 'reachable')]"), "reachable");
  await window.screenshot("01-welcome");
});

test("signing in goes through the browser, and comes back by a link", async () => {
  await window.click("Sign in with your browser");
  const back = await signInAt(browser, await askedToOpen(), ADA);
  await openLink(back.replace(/state=[^&]*/, "state=somebody-elses"));
  await openLink(back);
  await window.find(By.xpath("//*[@aria-label='Account of Ada Lovelace']"), "Ada's account");
  await window.screenshot("04-signed-in");
});

test("a second start needs no sign-in", async () => {
  await window.close();
  await openWindow();
  await window.find(By.xpath("//*[@aria-label='Account of Ada Lovelace']"), "Ada's account");
});

test("files that are dropped on the window are uploaded and listed", async () => {
  const drag = await dropFiles(NAMES.map((name) => join(files, name)));
  await window.find(By.xpath("//*[contains(., 'Drop to upload')]"), "the drop overlay");
  await window.screenshot("05-drop");
  await drag.release();
  await window.find(By.css("section[data-dock]"), "the transfers");
  for (const name of NAMES) await window.row(name);
  await window.screenshot("06-dropped");
});

test("files that are dropped with Shift are on a public link at once", async () => {
  emptyClipboard();
  const drag = await dropFiles([join(files, SHARED)], { shift: true });
  await drag.release();
  await window.row(SHARED);
  const shared = await until("the link on the clipboard", () => /^http:\/\/127\.0\.0\.1:\d+\/s\/\w{13}$/.exec(clipboard())?.[0]);
  const answer = await fetch(`${shared}/download`);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), readFileSync(join(files, SHARED)));
});

test("the Upload button takes files from the system's dialog", async () => {
  await window.click("Upload");
  await answerFileDialog("Upload files", join(files, PICKED));
  await window.row(PICKED);
  await window.screenshot("07-picked");
});

test("the window's main screen is accessible", async () => {
  await checkAccessibility((script, ...args) => window.run(script, ...args));
});

test("a right-click copies the public link", async () => {
  emptyClipboard();
  await window.openMenuOf(NAMES[0]);
  await window.find(By.css("[role=menu]"), "the menu");
  await window.screenshot("08-menu");
  await window.choose("Copy public link");
  await window.find(By.xpath("//*[contains(text(), 'Public link copied')]"), "the toast");
  await window.screenshot("09-link-copied");
  link = await until("the link on the clipboard", () => /^http:\/\/127\.0\.0\.1:\d+\/s\/\w{13}$/.exec(clipboard())?.[0]);
});

test("Ctrl+L copies the same link", async () => {
  emptyClipboard();
  await window.select(NAMES[0]);
  await window.press(Key.CONTROL, "l");
  await until("the link on the clipboard again", () => clipboard() === link);
});

test("the link opens for anybody, and downloads the same bytes", async () => {
  const page = await browser.newPage();
  await page.goto(link);
  await page.getByRole("heading", { name: NAMES[0] }).waitFor();
  await page.screenshot({ path: shot("10-public-page") });
  await checkAccessibility((script, ...args) => page.evaluate(({ script, args }) => new Function(script)(...args), { script, args }));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /download/i }).first().click()]);
  assert.equal(download.suggestedFilename(), NAMES[0]);
  assert.deepEqual(readFileSync(await download.path()), readFileSync(join(files, NAMES[0])));
  await page.close();
});

test("Download saves the same bytes where the dialog says", async () => {
  const saved = join(process.env.HOME, "saved.png");
  await window.select(NAMES[1]);
  await window.press(Key.CONTROL, "s");
  await answerFileDialog("Save file", saved);
  await until("the saved file", () => readFileSync(saved).equals(readFileSync(join(files, NAMES[1]))));
});

test("without the server the list stays, and the window says as of when", async () => {
  await server.stop();
  await window.find(By.xpath("//*[contains(., 'You are offline')]"), "the banner");
  await window.row(NAMES[0]);
  await window.screenshot("11-offline");
  await server.start();
  await window.gone(By.xpath("//*[text()[contains(., 'You are offline')]]"), "the banner");
  await window.screenshot("12-online-again");
});

test("a file is renamed and described with the keyboard", async () => {
  await window.select(PICKED);
  await window.press(Key.F2);
  await window.find(By.xpath("//input[starts-with(@aria-label, 'New name of')]"), "the name's field");
  // The name without its extension is selected: typing replaces it.
  await window.type("renamed");
  await window.press(Key.ENTER);
  await window.row("renamed.txt");
  await window.select("renamed.txt");
  const description = await window.find(By.css("[aria-label=Description]"), "the description");
  await description.sendKeys("for the meeting in may", Key.TAB);
  await until("the description at the server", () => cli("ls", "--json").includes("for the meeting in may"));
  await window.screenshot("13-renamed");
});

test("Delete moves to the trash, from where a file is restored", async () => {
  await window.select("renamed.txt");
  await window.press(Key.DELETE);
  await window.noRow("renamed.txt");
  await (await window.find(By.xpath("//nav//*[self::button or self::a][contains(., 'Trash')]"), "Trash")).click();
  await window.select("renamed.txt");
  await window.screenshot("14-trash");
  await window.openMenuOf("renamed.txt");
  await window.choose("Restore");
  await window.noRow("renamed.txt");
  await (await window.find(By.xpath("//nav//*[self::button or self::a][contains(., 'Files')]"), "Files")).click();
  await window.row("renamed.txt");
  await window.screenshot("15-restored");
});

test("signing out forgets: the next start welcomes again", async () => {
  await window.chooseFrom(By.xpath("//*[@aria-label='Account of Ada Lovelace']"), "Sign out");
  await window.see("Share a file in one drop");
  await window.close();
  await openWindow();
  await window.see("Share a file in one drop");
  await window.screenshot("16-signed-out");
});

test("a sign-in link that starts the app, and belongs to no sign-in, is explained", async () => {
  await window.close();
  await openWindow("notespot://auth/callback?code=of-yesterday&state=of-yesterday");
  await window.see("Share a file in one drop");
  await window.find(By.xpath("//*[contains(., 'did not ask for')]"), "the explanation");
  await window.screenshot("17-cold-start-by-link");
});

test("a start at the moment when the running app ends opens a window all the same", async () => {
  await window.close();
  const ending = await endingApp();
  try {
    await openWindow();
    await window.see("Share a file in one drop");
    assert.equal(ending.exitCode, 0);
  } finally {
    ending.kill();
  }
});

/** What another program of the same person sees: the command line, with the window's session. */
function cli(...args) {
  const program = join(process.env.NOTESPOT_BIN_DIR, "notespot");
  return execFileSync(program, args, { encoding: "utf8", env: { ...process.env, NOTESPOT_SERVER: server.url } });
}
