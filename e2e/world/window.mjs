// The app's window, driven through WebKit's own WebDriver server.

import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Builder, By, Capabilities, Key } from "selenium-webdriver";
import { programs } from "./server.mjs";
import { until } from "./until.mjs";

export { By, Key };

/** What every app of this run says, one after the other. */
export const APP_LOG = join(process.env.HOME, "app.log");

/** One run of the app. */
export class Window {
  #app;
  #driver;
  #webdriver;

  /** Starts the app with the given environment and arguments, and waits for its window. */
  static async open(environment, ...args) {
    const window = new Window();
    const port = await freePort();
    const log = openSync(APP_LOG, "a");
    window.#webdriver = spawn("WebKitWebDriver", [`--port=${port}`], {
      stdio: ["ignore", log, log],
      env: { NOTESPOT_LOG: "debug", ...process.env, ...environment, TAURI_WEBVIEW_AUTOMATION: "true" },
    });
    closeSync(log);
    const capabilities = new Capabilities({
      browserName: "wry",
      "webkitgtk:browserOptions": { binary: join(programs, "notespot-desktop"), args },
    });
    const builder = new Builder().usingServer(`http://127.0.0.1:${port}/`).withCapabilities(capabilities);
    window.#driver = await until("a window", () => builder.build());
    window.#app = Number(execFileSync("pgrep", ["-P", String(window.#webdriver.pid)], { encoding: "utf8" }));
    return window;
  }

  /** Ends the app as the system does at log-out, and waits until it is gone. */
  async close() {
    process.kill(this.#app, "SIGTERM");
    await until("the app to end", () => !isRunning(this.#app));
    this.#webdriver.kill();
  }

  /** Ends the app as a power cut does. */
  async kill() {
    process.kill(this.#app, "SIGKILL");
    await until("the app to be gone", () => !isRunning(this.#app));
    this.#webdriver.kill();
  }

  /** The most memory that the app was ever seen with, in MiB. What the page takes is WebKit's, in other processes. */
  peakMebibytes() {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#app}/status`, "utf8"));
    return Math.round(Number(kibibytes) / 1024);
  }

  /** The visible element with exactly this text. */
  see(text, what = "*") {
    return this.find(By.xpath(`//${what}[normalize-space(.)=${JSON.stringify(text)}]`), text);
  }

  /** The visible element. */
  find(locator, what = String(locator)) {
    return until(`“${what}” in the window`, async () => {
      for (const element of await this.#driver.findElements(locator)) {
        if (await element.isDisplayed()) return element;
      }
      return undefined;
    });
  }

  /** That no such element is visible any more. */
  gone(locator, what = String(locator)) {
    return until(`“${what}” to go from the window`, async () => {
      for (const element of await this.#driver.findElements(locator)) {
        if (await element.isDisplayed()) return false;
      }
      return true;
    });
  }

  /** The element, once it has stopped moving: a click goes to where it was when it was looked for. */
  async still(locator, what = String(locator)) {
    let before;
    return until(`“${what}” to stand still`, async () => {
      const element = await this.find(locator, what);
      const now = JSON.stringify(await element.getRect());
      if (now === before) return element;
      before = now;
      return undefined;
    });
  }

  async click(text, what = "button") {
    await (await this.see(text, what)).click();
  }

  /** The row of a file in the list. */
  row(name) {
    return this.find(rowOf(name), name);
  }

  noRow(name) {
    return this.gone(rowOf(name), name);
  }

  async select(name) {
    await (await this.row(name)).click();
  }

  async openMenuOf(name) {
    await this.#driver.actions().contextClick(await this.row(name)).perform();
  }

  async choose(entry) {
    const item = By.xpath(`//*[@role='menuitem'][contains(normalize-space(.), '${entry}')]`);
    await (await this.find(item, entry)).click();
  }

  /** Turns something on or off in the menu that is open. */
  async tick(entry) {
    const item = By.xpath(`//*[@role='menuitemcheckbox'][contains(normalize-space(.), '${entry}')]`);
    await (await this.find(item, entry)).click();
  }

  /** Opens the menu of a button, and chooses from it. A click while another menu still closes only ends that one. */
  async chooseFrom(button, entry) {
    await until(`the menu with “${entry}”`, async () => {
      await (await this.find(button)).click();
      return until("the menu", () => this.#driver.findElement(By.css("[role=menu]")).isDisplayed(), 1500).catch(() => false);
    });
    await this.choose(entry);
  }

  /** Presses keys together, such as `press(Key.CONTROL, "l")`. */
  async press(...keys) {
    const actions = this.#driver.actions();
    for (const key of keys) actions.keyDown(key);
    for (const key of keys.toReversed()) actions.keyUp(key);
    await actions.perform();
  }

  async type(text) {
    await this.#driver.actions().sendKeys(text).perform();
  }

  run(script, ...args) {
    return this.#driver.executeScript(script, ...args);
  }

  async screenshot(name) {
    const png = await this.#driver.takeScreenshot();
    writeFileSync(join(process.env.NOTESPOT_SCREENSHOTS, `${name}.png`), png, "base64");
  }
}

const rowOf = (name) => By.xpath(`//*[@role='row'][.//bdi[@title=${JSON.stringify(name)}]]`);

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
