// The platform as the desktop shell offers it. Only this file knows Tauri.

import { listen as listenToShell } from "@tauri-apps/api/event";
import { commands } from "../bindings.ts";
import { failureOf, PlatformError, type Platform } from "./types.ts";
import type { AppEvent, Failure } from "./wire.ts";

/** What the shell answers; what it refuses with becomes a `PlatformError`. */
async function answer<T>(calling: Promise<T>): Promise<T> {
  try {
    return await calling;
  } catch (thrown) {
    throw new PlatformError(isFailure(thrown) ? thrown : failureOf(thrown));
  }
}

/** For commands that answer nothing. */
async function done(calling: Promise<null>): Promise<void> {
  await answer(calling);
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown;
}

const listeners = new Set<(event: AppEvent) => void>();
let listening: Promise<void> | undefined;

/** Listens once for all. The shell keeps what it has to say until it is told that somebody hears it. */
async function listen(): Promise<void> {
  await listenToShell<AppEvent>("app-event", ({ payload }) => {
    for (const listener of listeners) listener(payload);
  });
  await commands.windowListens();
}

export const tauriPlatform: Platform = {
  appState: () => answer(commands.appState()),
  signIn: () => done(commands.signIn()),
  cancelSignIn: () => done(commands.cancelSignIn()),
  signOut: () => done(commands.signOut()),
  switchServer: (url) => done(commands.useServer(url)),
  checkServer: () => done(commands.checkServer()),
  openView: (query) => answer(commands.openView(query)),
  viewRows: (view, offset, limit) => answer(commands.viewRows(view, offset, limit)),
  nodeDetails: (id) => answer(commands.nodeDetails(id)),
  pickAndUpload: (folder) => done(commands.pickAndUpload(folder)),
  uploadDropped: (drop, folder, withLink) => done(commands.uploadDropped(drop, folder, withLink)),
  download: (ids) => done(commands.download(ids)),
  openPublicLink: (id) => done(commands.openPublicLink(id)),
  copyPublicLink: (id) => answer(commands.copyPublicLink(id)),
  endPublicLink: (id) => done(commands.endPublicLink(id)),
  rename: (id, name) => answer(commands.rename(id, name)),
  describe: (id, text) => answer(commands.describe(id, text)),
  trash: (ids) => done(commands.trash(ids)),
  restore: (ids) => done(commands.restore(ids)),
  createFolder: (parent, name) => answer(commands.createFolder(parent, name)),
  transfers: () => answer(commands.transfers()),
  pauseTransfer: (id) => done(commands.pauseTransfer(id)),
  resumeTransfer: (id) => done(commands.resumeTransfer(id)),
  pauseAllTransfers: () => done(commands.pauseAllTransfers()),
  resumeAllTransfers: () => done(commands.resumeAllTransfers()),
  cancelTransfer: (id) => done(commands.cancelTransfer(id)),
  cancelAllTransfers: () => done(commands.cancelAllTransfers()),
  moveTransfer: (id, to) => done(commands.moveTransfer(id, to)),
  answerTarget: (id, said, forAll) => done(commands.answerTarget(id, said, forAll)),
  retryTransfer: (id) => done(commands.retryTransfer(id)),
  chooseAgain: (id) => done(commands.chooseAgain(id)),
  removeTransfer: (id) => done(commands.removeTransfer(id)),
  clearFinished: () => done(commands.clearFinished()),
  transferLimits: () => answer(commands.transferLimits()),
  setTransferLimits: (limits) => done(commands.setTransferLimits(limits)),
  copyText: (text) => done(commands.copyText(text)),
  onEvent(listener) {
    listeners.add(listener);
    listening ??= listen();
    return () => {
      listeners.delete(listener);
    };
  },
};
