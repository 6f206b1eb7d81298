// The path as a user walks it, from the first start to signing out.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { checkAccessibility } from "./world/accessibility.mjs";
import { askedToOpen, browserProgram, launchBrowser, picture, signInAt } from "./world/browser.mjs";
import { answerFileDialog, clipboard, dropFiles, emptyClipboard, endingApp, openLink } from "./world/desktop.mjs";
import { installReader, whatWasRead } from "./world/reader.mjs";
import { endWith } from "./world/ending.mjs";
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

endWith(() => ({ window, browser, server }));

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
  await picture(page, "10-public-page");
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

test("what is done without the server is shown at once, and sent when it is back", async () => {
  await server.stop();
  await window.find(By.xpath("//*[contains(., 'You are offline')]"), "the banner");
  await rename(NAMES[1], "chart");
  emptyClipboard();
  await window.select(PICKED);
  await window.press(Key.CONTROL, "l");
  const copied = await until("the link on the clipboard", () => /^http:\/\/127\.0\.0\.1:\d+\/s\/\w{13}$/.exec(clipboard())?.[0]);
  await window.find(By.xpath("//*[contains(., '2 changes will be sent when you reconnect')]"), "how many wait");
  await window.see("Offline, 2 changes waiting");
  await window.screenshot("12-changed-offline");
  await window.close();
  await openWindow();
  await window.row("chart.png");
  await window.see("Offline, 2 changes waiting");
  await server.start();
  await window.see("Up to date");
  await until("the new name at the server", () => cli("ls").includes("chart.png"));
  await until("the link that was copied to open", async () => (await fetch(copied)).status === 200);
});

test("what was changed on both sides is asked about, with both sides", async () => {
  await server.stop();
  await window.find(By.xpath("//*[contains(., 'You are offline')]"), "the banner");
  await rename("chart.png", "mine");
  const elsewhere = { url: await server.startElsewhere(), token: server.token(ADA.email) };
  const headers = { authorization: `Bearer ${elsewhere.token}`, "content-type": "application/json" };
  const listed = await (await fetch(`${elsewhere.url}/v1/nodes`, { headers })).json();
  const { id } = listed.items.find(({ name }) => name === "chart.png");
  const body = JSON.stringify({ name: "theirs.png" });
  const renamed = await fetch(`${elsewhere.url}/v1/nodes/${id}`, { method: "PATCH", headers, body });
  assert.equal(renamed.status, 200);
  await server.stop();
  await server.start();
  await window.find(By.xpath("//*[contains(., '1 change cannot be sent')]"), "that it cannot be sent");
  await window.click("Review");
  const question = await window.find(By.css("[role=alertdialog]"), "the question");
  assert.match(await question.getText(), /Renamed on both sides[^]*mine\.png[^]*theirs\.png/);
  await window.screenshot("13-conflict");
  await checkAccessibility((script, ...args) => window.run(script, ...args));
  await window.click("Keep mine");
  await window.gone(By.xpath("//*[text()[contains(., 'cannot be sent')]]"), "what had to be decided");
  await until("the name at the server", () => cli("ls").includes("mine.png"));
  await window.row("mine.png");
});

test("a search finds any part of a name, and a button narrows it", async () => {
  await window.press(Key.CONTROL, "k");
  await window.type("MAI");
  await window.row(NAMES[0]);
  await window.noRow("mine.png");
  await window.screenshot("13-search");
  await window.press(Key.CONTROL, "k");
  await window.type("n");
  await window.row("mine.png");
  await (await window.find(By.xpath("//*[@role='toolbar']//button[normalize-space(.)='Kind']"), "the kinds")).click();
  await (await window.find(By.xpath("//*[@role='menuitemradio'][normalize-space(.)='Images']"), "images")).click();
  await window.noRow(NAMES[0]);
  await window.row("mine.png");
  await window.screenshot("13-search-images");
  await window.press(Key.CONTROL, "k");
  await window.press(Key.ESCAPE);
  await window.row(PICKED);
});

test("a file is renamed and described with the keyboard", async () => {
  await rename(PICKED, "renamed");
  await window.select("renamed.txt");
  const description = await window.find(By.css("[aria-label=Description]"), "the description");
  await description.sendKeys("for the meeting in may", Key.TAB);
  await until("the description at the server", () => cli("ls", "--json").includes("for the meeting in may"));
  await window.screenshot("13-renamed");
});

test("a file that is kept available offline opens without the server, and another says why not", async () => {
  installReader("application/pdf", "application/octet-stream");
  await window.openMenuOf(NAMES[0]);
  await window.tick("Keep available offline");
  await window.find(By.xpath("//*[@role='row']//*[@aria-label='Available offline']"), "the mark that it is here");
  await (await window.find(By.xpath("//nav//button[contains(., 'Available offline')]"), "Available offline")).click();
  await window.row(NAMES[0]);
  await window.noRow("renamed.txt");
  await window.screenshot("13-available-offline");
  await server.stop();
  await window.find(By.xpath("//*[contains(., 'You are offline')]"), "the banner");
  await window.select(NAMES[0]);
  await window.press(Key.ENTER);
  const read = await whatWasRead();
  assert.ok(read.path.endsWith(`/${NAMES[0]}`), read.path);
  assert.deepEqual(read.content, readFileSync(join(files, NAMES[0])));
  assert.equal(read.isWritable, false);
  await (await window.find(By.xpath("//nav//button[contains(., 'Files')]"), "Files")).click();
  await window.select(SHARED);
  await window.press(Key.ENTER);
  await window.find(By.xpath("//*[contains(text(), 'It is not on this computer')]"), "why it does not open");
  await window.screenshot("13-not-here");
  await server.start();
  await window.see("Up to date");
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

test("the dialog of moving makes a folder and moves a file there", async () => {
  await window.openMenuOf("renamed.txt");
  await window.choose("Move to…");
  await window.find(By.css("[role=dialog] [role=combobox]"), "the field that finds folders");
  await checkAccessibility((script, ...args) => window.run(script, ...args));
  await (await window.still(By.xpath("//*[@role='dialog']//button[normalize-space(.)='New folder']"), "New folder")).click();
  await window.find(By.xpath("//*[@role='dialog']//label[contains(., 'Name of the new folder')]"), "its name");
  await window.type("archive");
  await window.press(Key.ENTER);
  await window.screenshot("15-move-to");
  await (await window.still(By.xpath("//*[@role='dialog']//button[normalize-space(.)='Move to “archive”']"), "Move")).click();
  await window.find(By.xpath("//*[contains(text(), 'moved to “archive”')]"), "the toast");
  await window.noRow("renamed.txt");
  await window.row("archive");
  await until("the file in its folder at the server", () => cli("ls", "archive").includes("renamed.txt"));
});

test("what is deleted for ever is gone, and so is what an emptied trash held", async () => {
  await window.select("archive");
  await window.press(Key.DELETE);
  await window.noRow("archive");
  await window.select("mine.png");
  await window.press(Key.DELETE);
  await window.noRow("mine.png");
  await (await window.find(By.xpath("//nav//*[self::button or self::a][contains(., 'Trash')]"), "Trash")).click();
  await window.select("archive");
  await window.openMenuOf("archive");
  await window.choose("Delete for ever…");
  const question = await window.find(By.css("[role=alertdialog]"), "the question");
  await until("how much it is", async () => /1 file in 1 item|1 file, /.test(await question.getText()));
  await window.screenshot("15-delete-for-ever");
  await (await window.still(By.xpath("//*[@role='alertdialog']//button[normalize-space(.)='Delete for ever']"), "Delete")).click();
  await window.noRow("archive");
  await window.row("mine.png");
  await window.click("Empty trash…");
  await (await window.still(By.xpath("//*[@role='alertdialog']//button[normalize-space(.)='Empty the trash']"), "Empty")).click();
  await window.see("The trash is empty", "h2");
  await window.screenshot("15-trash-emptied");
  await until("what was deleted to be gone at the server", () => !cli("ls", "--json").includes("mine.png"));
  await (await window.find(By.xpath("//nav//*[self::button or self::a][contains(., 'Files')]"), "Files")).click();
  await window.row(NAMES[0]);
});

test("signing out forgets: the next start welcomes again", async () => {
  await window.chooseFrom(By.xpath("//*[@aria-label='Account of Ada Lovelace']"), "Sign out");
  const question = await window.find(By.css("[role=alertdialog]"), "the question");
  assert.match(await question.getText(), /1 file that is kept available offline is removed from this computer/);
  await window.click("Sign out");
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

/** Renames with the keyboard: the name without its extension is selected, so typing replaces it. */
async function rename(from, to) {
  await window.select(from);
  await window.press(Key.F2);
  await window.find(By.xpath("//input[starts-with(@aria-label, 'New name of')]"), "the name's field");
  await window.type(to);
  await window.press(Key.ENTER);
  await window.row(`${to}${from.slice(from.lastIndexOf("."))}`);
}

/** What another program of the same person sees: the command line, with the window's session. */
function cli(...args) {
  const program = join(process.env.NOTESPOT_BIN_DIR, "notespot");
  return execFileSync(program, args, { encoding: "utf8", env: { ...process.env, NOTESPOT_SERVER: server.url } });
}
