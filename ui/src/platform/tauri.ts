// The platform as the desktop shell offers it. Only this file knows Tauri.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { copyTextInPage } from "./copyTextInPage.ts";
import { failureOf, PlatformError, type Platform } from "./types.ts";
import type { AppEvent, Failure } from "./wire.ts";

async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw new PlatformError(isFailure(thrown) ? thrown : failureOf(thrown));
  }
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown;
}

export const tauriPlatform: Platform = {
  appState: () => call("app_state"),
  signIn: () => call("sign_in"),
  cancelSignIn: () => call("cancel_sign_in"),
  signOut: () => call("sign_out"),
  switchServer: (url) => call("use_server", { url }),
  checkServer: () => call("check_server"),
  openView: (query) => call("open_view", { query }),
  viewRows: (view, offset, limit) => call("view_rows", { view, offset, limit }),
  nodeDetails: (id) => call("node_details", { id }),
  pickAndUpload: (folder) => call("pick_and_upload", { folder }),
  uploadDropped: (drop, folder, withLink) => call("upload_dropped", { drop, folder, withLink }),
  download: (ids) => call("download", { ids }),
  openPublicLink: (id) => call("open_public_link", { id }),
  copyPublicLink: (id) => call("copy_public_link", { id }),
  endPublicLink: (id) => call("end_public_link", { id }),
  rename: (id, name) => call("rename", { id, name }),
  describe: (id, text) => call("describe", { id, text }),
  trash: (ids) => call("trash", { ids }),
  restore: (ids) => call("restore", { ids }),
  createFolder: (parent, name) => call("create_folder", { parent, name }),
  transfers: () => call("transfers"),
  cancelTransfer: (id) => call("cancel_transfer", { id }),
  retryTransfer: (id) => call("retry_transfer", { id }),
  clearFinished: () => call("clear_finished"),
  copyText: copyTextInPage,
  onEvent(listener) {
    const listening = listen<AppEvent>("app-event", (event) => {
      listener(event.payload);
    });
    return () => {
      void listening.then((stop) => {
        stop();
      });
    };
  },
};
