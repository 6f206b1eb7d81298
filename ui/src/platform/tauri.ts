// The platform as the desktop shell offers it. Only this file knows Tauri.

import { convertFileSrc } from "@tauri-apps/api/core";
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
  listPublicly: (id, listed) => answer(commands.listPublicly(id, listed)),
  publicFiles: (search, after) => answer(commands.publicFiles(search, after)),
  openPublicFile: (slug) => done(commands.openPublicFile(slug)),
  copyPublicFile: (slug) => done(commands.copyPublicFile(slug)),
  rename: (id, seen, name) => answer(commands.rename(id, seen, name)),
  describe: (id, seen, text) => answer(commands.describe(id, seen, text)),
  trash: (ids) => done(commands.trash(ids)),
  restore: (ids) => done(commands.restore(ids)),
  deleteForEver: (ids) => done(commands.deleteForEver(ids)),
  emptyTrash: (seen) => done(commands.emptyTrash(seen)),
  weigh: (ids) => answer(commands.weigh(ids)),
  weighView: (view) => answer(commands.weighView(view)),
  createFolder: (parent, name) => answer(commands.createFolder(parent, name)),
  moveTo: (ids, folder) => answer(commands.moveTo(ids, folder)),
  moveBack: (moved) => answer(commands.moveBack(moved)),
  chooseFolder: (inside, text) => answer(commands.chooseFolder(inside, text)),
  tag: (id, seen, tags) => answer(commands.tag(id, seen, tags)),
  copyTo: (ids, folder) => answer(commands.copyTo(ids, folder)),
  makeCopies: (ids) => answer(commands.makeCopies(ids)),
  conflicts: () => answer(commands.conflicts()),
  resolveConflict: (id, choice) => done(commands.resolveConflict(id, choice)),
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
  keepOffline: (ids, wanted) => done(commands.keepOffline(ids, wanted)),
  keepNothingOffline: () => done(commands.keepNothingOffline()),
  offlineUsage: () => answer(commands.offlineUsage()),
  setOfflineBudget: (budget) => done(commands.setOfflineBudget(budget)),
  openFile: (id) => answer(commands.openFile(id)),
  previewUrl: (id, version) => `${convertFileSrc("", "preview")}${id}/${version}`,
  cancelOpening: (id) => done(commands.cancelOpening(id)),
  copyText: (text) => done(commands.copyText(text)),
  onEvent(listener) {
    listeners.add(listener);
    listening ??= listen();
    return () => {
      listeners.delete(listener);
    };
  },
};
