// Transfers in the real window: held, killed, cut off, and asked about.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { checkAccessibility } from "./world/accessibility.mjs";
import { askedToOpen, browserProgram, launchBrowser, signInAt } from "./world/browser.mjs";
import { chooseHomeFolder, dropFiles, openLink } from "./world/desktop.mjs";
import { endWith } from "./world/ending.mjs";
import { Server } from "./world/server.mjs";
import { until } from "./world/until.mjs";
import { By, Key, Window } from "./world/window.mjs";

const EVE = { name: "Eve", email: "eve@example.org", password: "correct horse battery" };
const files = join(process.env.HOME, "files");
const FILM = "film.bin";
const NOTE = "note.txt";
const ALBUM = "album";
const MANY = "very many files";
const MANY_FILES = Number(process.env.NOTESPOT_MANY_FILES ?? 2000);
/** Beside what the app takes with nothing to do. */
const MOST_MEBIBYTES = 100;

const server = new Server();
let browser;
let window;

const openWindow = async () => {
  window = await Window.open({ NOTESPOT_SERVER: server.url, NOTESPOT_BROWSER: browserProgram() });
};

before(async () => {
  mkdirSync(join(files, ALBUM), { recursive: true });
  writeFileSync(join(files, FILM), randomBytes(48_000_000));
  writeFileSync(join(files, NOTE), "a note");
  for (const name of ["a.txt", "b.txt"]) writeFileSync(join(files, ALBUM, name), `this is ${name}`);
  await server.start();
  browser = await launchBrowser();
  await openWindow();
  await window.click("Sign in with your browser");
  await openLink(await signInAt(browser, await askedToOpen(), EVE));
  await window.find(By.xpath("//*[@aria-label='Account of Eve']"), "Eve's account");
});

endWith(() => ({ window, browser, server }));

test("a limit is set in the settings", async () => {
  await limitUploads("4");
});

test("an upload is paused, and goes on", async () => {
  await drop(FILM);
  await percentOf(FILM, (percent) => percent > 0);
  await window.screenshot("32-uploading");
  await button(`Pause ${FILM}`);
  await window.find(By.xpath("//small[starts-with(., 'Paused')]"), "that it is paused");
  await window.see("1 file paused");
  await window.screenshot("33-paused");
  await checkAccessibility((script, ...args) => window.run(script, ...args));
  const held = await percent(FILM);
  await button(`Go on with ${FILM}`);
  await percentOf(FILM, (percent) => percent > held);
});

test("after a kill -9 in mid-upload the next start goes on, and makes one file", async () => {
  await percentOf(FILM, (percent) => percent > 30);
  await window.kill();
  await openWindow();
  await window.find(By.css("section[data-dock]"), "the transfers");
  await percentOf(FILM, (percent) => percent > 15);
  await window.screenshot("34-goes-on-after-a-kill");
  await limitUploads("");
  await window.row(FILM);
  await window.see("Uploaded", "small");
  await window.screenshot("35-uploaded");
  const there = JSON.parse(cli("ls", "--json"));
  assert.equal(there.filter(({ name }) => name.startsWith("film")).length, 1);
  cli("download", FILM, "--to", process.env.HOME);
  assert.ok(readFileSync(join(process.env.HOME, FILM)).equals(readFileSync(join(files, FILM))));
});

test("without the server an upload waits, and goes on by itself", async () => {
  await window.click("Clear finished");
  await server.stop();
  await window.find(By.xpath("//*[contains(., 'You are offline')]"), "the banner");
  await drop(NOTE);
  await window.see("Waiting for the connection", "h2");
  await window.screenshot("36-waits-for-the-connection");
  await server.start();
  await window.row(NOTE);
});

test("a folder is downloaded with its tree, and asks before it touches what is there", async () => {
  await window.click("Clear finished");
  await drop(ALBUM);
  await window.row(ALBUM);
  await until("the album at the server", () => cli("ls", ALBUM).includes("b.txt"));
  const saved = process.env.HOME;
  mkdirSync(join(saved, ALBUM));
  writeFileSync(join(saved, ALBUM, "a.txt"), "mine");
  await window.select(ALBUM);
  await window.press(Key.CONTROL, "s");
  await chooseHomeFolder("Save files in");
  await window.find(By.css("[role=alertdialog]"), "the question");
  await window.screenshot("37-a-name-is-taken");
  await window.click("Keep both");
  await until("both files", () => existsSync(join(saved, ALBUM, "a (2).txt")));
  assert.equal(readFileSync(join(saved, ALBUM, "a.txt"), "utf8"), "mine");
  assert.equal(readFileSync(join(saved, ALBUM, "b.txt"), "utf8"), "this is b.txt");
  await window.find(By.xpath("//small[contains(., 'a (2).txt')]"), "what it is called here");
  await window.screenshot("38-kept-both");
});

test("very many files go up in little memory, and the window answers meanwhile", async () => {
  mkdirSync(join(files, MANY));
  for (let number = 0; number < MANY_FILES; number += 1) writeFileSync(join(files, MANY, `${number}.txt`), `file ${number}`);
  await window.close();
  await openWindow();
  await window.find(By.xpath("//*[@aria-label='Account of Eve']"), "Eve's account");
  const before = window.peakMebibytes();
  const began = Date.now();
  await drop(MANY);
  await window.find(By.xpath("//section[@data-dock]//h2[starts-with(., 'Uploading')]"), "that they go up");
  await window.screenshot("39-very-many-files");
  const asked = Date.now();
  await openSettings();
  await closeSettings();
  const answered = Date.now() - asked;
  await until(
    "all of them at the server",
    async () => {
      await pause(500 + MANY_FILES / 20);
      return JSON.parse(cli("ls", MANY, "--json")).length === MANY_FILES;
    },
    60_000 + 50 * MANY_FILES,
  );
  const [took, peak] = [Date.now() - began, window.peakMebibytes()];
  console.log(`${MANY_FILES} files: ${took} ms; peak ${peak} MiB, ${before} MiB before; settings in ${answered} ms`);
  await window.see(`${MANY_FILES.toLocaleString("en")} files done`, "h2");
  await window.screenshot("40-very-many-files-done");
  assert.ok(answered < took / 3, `the settings took ${answered} of the ${took} ms`);
  assert.ok(peak - before < MOST_MEBIBYTES, `the app took ${peak - before} MiB more`);
});

async function drop(name) {
  const drag = await dropFiles([join(files, name)]);
  await drag.release();
}

async function button(label) {
  await (await window.find(By.css(`button[aria-label=${JSON.stringify(label)}]`), label)).click();
}

/** Megabytes a second; none for "". */
async function limitUploads(limit) {
  await openSettings();
  const field = await window.find(By.xpath("//label[.='Upload at most']/following-sibling::input[not(@readonly)]"), "the limit");
  await field.click();
  await window.press(Key.CONTROL, "a");
  await window.press(Key.BACK_SPACE);
  await window.type(limit);
  await window.press(Key.ENTER);
  if (limit !== "") await window.screenshot("30-settings");
  await closeSettings();
}

async function openSettings() {
  await (await window.find(By.xpath("//*[self::button or self::a][contains(., 'Settings')]"), "Settings")).click();
  await window.find(By.css("[role=dialog]"), "the settings");
}

async function closeSettings() {
  await (await window.still(By.xpath("//*[@role='dialog']//button[normalize-space()='Done']"), "Done")).click();
  await window.gone(By.css("[role=dialog]"), "the settings");
}

/** How much of a transfer is there; `undefined` when it is not in the panel. */
async function percent(name) {
  const shown = await window.run(
    "return document.querySelector(`[role=progressbar][aria-label='${arguments[0]}']`)?.ariaValueNow ?? null;",
    name,
  );
  return shown === null ? undefined : Number(shown);
}

function percentOf(name, holds) {
  return until(`progress of ${name}`, async () => {
    const shown = await percent(name);
    return shown !== undefined && holds(shown);
  });
}

/** What another program of the same person sees: the command line, with the window's session. */
function cli(...args) {
  const program = join(process.env.NOTESPOT_BIN_DIR, "notespot");
  const env = { ...process.env, NOTESPOT_SERVER: server.url };
  return execFileSync(program, args, { encoding: "utf8", maxBuffer: Number.POSITIVE_INFINITY, env });
}
