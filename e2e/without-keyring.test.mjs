// A machine without a keyring: the session ends with the app, and the window says so.

import { before, test } from "node:test";
import { askedToOpen, browserProgram, launchBrowser, signInAt } from "./world/browser.mjs";
import { openLink } from "./world/desktop.mjs";
import { endWith } from "./world/ending.mjs";
import { Server } from "./world/server.mjs";
import { By, Window } from "./world/window.mjs";

const BOB = { name: "Bob", email: "bob@example.org", password: "correct horse battery" };
const server = new Server();
let browser;
let window;

const openWindow = async () => {
  window = await Window.open({ NOTESPOT_SERVER: server.url, NOTESPOT_BROWSER: browserProgram() });
};

before(async () => {
  await server.start();
  browser = await launchBrowser();
  await openWindow();
});

endWith(() => ({ window, browser, server }));

test("without a keyring the session ends with the app, and the window says so", async () => {
  await window.click("Sign in with your browser");
  await openLink(await signInAt(browser, await askedToOpen(), BOB));
  await window.find(By.xpath("//*[@aria-label='Account of Bob']"), "Bob's account");
  await window.find(By.xpath("//*[contains(text(), 'keyring')]"), "the notice");
  await window.screenshot("20-without-keyring");
  await window.close();
  await openWindow();
  await window.see("Share a file in one drop");
});
