// The platform without a shell: for component tests, and for work on the UI in a browser.

import { type Platform, PlatformError } from "../types.ts";
import type {
  AppEvent,
  AppState,
  Cursor,
  DropId,
  EditConflict,
  Failure,
  ListedFile,
  MoveTo,
  NodeId,
  OfflineUsage,
  OpenedFile,
  OpenedView,
  SessionState,
  Slug,
  TargetAnswer,
  TransferLimits,
  Transfers,
  ViewQuery,
  ViewRow,
  WasIn,
} from "../wire.ts";
import { type FakeLibrary, refuse } from "./library.ts";
import { pageOf, samplePublicFiles } from "./publicFiles.ts";
import { addFile, previewOf, sampleLibrary } from "./samples.ts";
import { FakeTransfers } from "./transfers.ts";

type Command = Exclude<keyof Platform, "onEvent" | "previewUrl">;

export type FakeOptions = {
  library?: FakeLibrary;
  session?: SessionState;
  publicFiles?: ListedFile[];
  latencyMs?: number;
};

/** The fake, and the strings by which a test pulls it. */
export type Fake = {
  platform: Platform;
  library: FakeLibrary;
  /** What was last copied. */
  clipboard: string;
  /** Every command that was called, oldest first. */
  calls: { command: Command; args: unknown[] }[];
  state(): AppState;
  change(change: Partial<AppState>): void;
  setOffline(offline: boolean): void;
  failNext(command: Command, failure: Failure): void;
  emit(event: AppEvent): void;
  hover(over: boolean): void;
  drop(names: string[], withLink?: boolean): void;
  setTransfers(transfers: Transfers): void;
  /** What the person has to decide. */
  setConflicts(conflicts: EditConflict[]): void;
  /** As after a change that came from the server. */
  libraryChanged(): void;
};

export const ADA = {
  kind: "signed_in",
  me: {
    id: "ada",
    name: "Ada Lovelace",
    email: "ada@example.edu",
    used: 18_400_000_000,
    quota: 50_000_000_000,
    revision: 1,
  },
  ends_with_app: false,
} satisfies SessionState;

const UNREACHABLE: Failure = {
  code: "server_unreachable",
  message: "The server cannot be reached. What you see is as it was; changes need the server.",
  request_id: null,
};

const NO_USAGE: OfflineUsage = {
  budget: 0,
  used: 0,
  kept: 0,
  waiting: 0,
  no_room: 0,
  lacking: 0,
  failed: 0,
};

const NEEDS_SERVER = new Set<Command>(["checkServer", "copyTo", "makeCopies", "publicFiles"]);

export function createFake({
  library = sampleLibrary(),
  session = ADA,
  publicFiles = samplePublicFiles(),
  latencyMs = 0,
}: FakeOptions = {}): Fake {
  const listeners = new Set<(event: AppEvent) => void>();
  const failures = new Map<Command, Failure>();
  const views = new Map<number, ViewRow[]>();
  const drops = new Map<DropId, string[]>();
  const calls: Fake["calls"] = [];
  let state: AppState = {
    server: { url: "http://127.0.0.1:4800", status: { kind: "reachable" } },
    session,
    sync: { status: { kind: "up_to_date" }, as_of: new Date().toISOString() },
    counts: library.counts(),
    edits: { waiting: 0, conflicts: 0 },
  };
  let conflicts: EditConflict[] = [];

  const emit = (event: AppEvent) => {
    for (const listener of listeners) listener(event);
  };
  const change = (part: Partial<AppState>) => {
    state = { ...state, ...part };
    emit({ kind: "state_changed", state });
  };
  const libraryChanged = () => {
    change({ counts: library.counts() });
    emit({ kind: "library_changed" });
  };
  const transfers = new FakeTransfers((now) => {
    emit({ kind: "transfers_changed", transfers: now });
  });
  let limits: TransferLimits = { up: null, down: null, parallel: null, memory_mib: 64 };
  let budget = 10_000_000_000;
  const isOffline = () => state.server.status.kind === "unreachable";

  /** Every command waits, may be told to fail, and is written down. */
  function command<Args extends unknown[], T>(name: Command, work: (...args: Args) => T) {
    return async (...args: Args): Promise<T> => {
      calls.push({ command: name, args });
      await new Promise((resolve) => {
        setTimeout(resolve, latencyMs);
      });
      const failure = failures.get(name) ?? (isOffline() && NEEDS_SERVER.has(name) ? UNREACHABLE : undefined);
      failures.delete(name);
      if (failure) throw new PlatformError(failure);
      return work(...args);
    };
  }

  const changing = <Args extends unknown[], T>(name: Command, work: (...args: Args) => T) =>
    command(name, (...args: Args) => {
      const answer = work(...args);
      if (isOffline()) change({ edits: { ...state.edits, waiting: state.edits.waiting + 1 } });
      libraryChanged();
      return answer;
    });

  function upload(names: string[], folder: NodeId | null, withLink: boolean) {
    transfers.run(names, "upload", (name, size) => {
      const node = addFile(library, folder, name, size, new Date().toISOString());
      if (withLink) {
        fake.clipboard = library.link(node.id).url;
        emit({ kind: "notice", notice: { kind: "link_copied", failure: null } });
      }
      libraryChanged();
      return { node: node.id, linkCopied: withLink };
    });
  }

  const platform: Platform = {
    appState: command("appState", () => state),
    signIn: command("signIn", () => {
      change({ session: { kind: "signing_in", url: "http://127.0.0.1:4800/oauth/authorize?state=abc" } });
    }),
    cancelSignIn: command("cancelSignIn", () => {
      change({ session: { kind: "signed_out", reason: null } });
    }),
    signOut: command("signOut", () => {
      change({ session: { kind: "signed_out", reason: null } });
    }),
    switchServer: command("switchServer", (url: string) => {
      if (!/^https?:\/\/[^/]/.test(url)) refuse("bad_request", "An address begins with https:// or http://.");
      change({ server: { url, status: { kind: "reachable" } } });
    }),
    checkServer: command("checkServer", () => undefined),

    openView: command("openView", (query: ViewQuery): OpenedView => {
      const rows = library.rows(query);
      const id = views.size + 1;
      views.set(id, rows);
      const bytes = rows.reduce((sum, row) => sum + (row.size ?? 0), 0);
      return { id, total: rows.length, bytes, path: library.path(query.source) };
    }),
    viewRows: command("viewRows", (view: number, offset: number, limit: number) =>
      (views.get(view) ?? []).slice(offset, offset + limit),
    ),
    nodeDetails: command("nodeDetails", (id: NodeId) => library.details(id)),

    pickAndUpload: command("pickAndUpload", (folder: NodeId | null) => {
      upload(["Chosen by dialog.pdf"], folder, false);
    }),
    uploadDropped: command("uploadDropped", (drop: DropId, folder: NodeId | null, withLink: boolean) => {
      upload(drops.get(drop) ?? [], folder, withLink);
    }),
    download: command("download", (ids: NodeId[]) => {
      transfers.run(
        ids.map((id) => library.get(id).name),
        "download",
        () => ({ node: null, linkCopied: false }),
      );
    }),

    openPublicLink: command("openPublicLink", () => undefined),
    copyPublicLink: changing("copyPublicLink", (id: NodeId) => {
      const link = library.link(id);
      fake.clipboard = link.url;
      emit({ kind: "notice", notice: { kind: "link_copied", failure: null } });
      return link;
    }),
    endPublicLink: changing("endPublicLink", (id: NodeId) => void library.links.delete(id)),

    listPublicly: changing("listPublicly", (id: NodeId, listed: boolean) => library.list(id, listed)),
    publicFiles: command("publicFiles", (search: string, after: Cursor | null) =>
      pageOf(publicFiles, search, after),
    ),
    openPublicFile: command("openPublicFile", () => undefined),
    copyPublicFile: command("copyPublicFile", (slug: Slug) => {
      fake.clipboard = `https://notespot.app/s/${slug}`;
      emit({ kind: "notice", notice: { kind: "link_copied", failure: null } });
    }),

    rename: changing("rename", (id: NodeId, _seen: string, name: string) => library.rename(id, name)),
    describe: changing("describe", (id: NodeId, _seen: string, text: string) =>
      library.change(id, { description: text }),
    ),
    trash: changing("trash", (ids: NodeId[]) => {
      for (const id of ids) library.change(id, { trashed_at: new Date().toISOString() });
    }),
    restore: changing("restore", (ids: NodeId[]) => {
      for (const id of ids) library.change(id, { trashed_at: null });
    }),
    createFolder: changing("createFolder", (parent: NodeId | null, name: string) =>
      library.createFolder(parent, name),
    ),
    deleteForEver: changing("deleteForEver", (ids: NodeId[]) => {
      for (const id of ids) library.delete(id);
    }),
    emptyTrash: changing("emptyTrash", (seen: number) => {
      for (const row of views.get(seen) ?? []) library.delete(row.id);
    }),
    weigh: command("weigh", (ids: NodeId[]) => library.weigh(ids)),
    weighView: command("weighView", (view: number) =>
      library.weigh((views.get(view) ?? []).map(({ id }) => id)),
    ),
    moveTo: changing("moveTo", (ids: NodeId[], folder: NodeId | null) =>
      library.move(ids.map((id) => ({ id, folder }))),
    ),
    moveBack: changing("moveBack", (moved: WasIn[]) => library.move(moved)),
    chooseFolder: command("chooseFolder", (inside: NodeId | null, text: string) =>
      library.choices(inside, text),
    ),
    tag: changing("tag", (id: NodeId, _seen: string[], tags: string[]) => library.change(id, { tags })),
    copyTo: changing("copyTo", (ids: NodeId[], folder: NodeId | null) => ({
      copies: ids.map((id) => library.copy(id, folder).id),
      failure: null,
    })),
    makeCopies: changing("makeCopies", (ids: NodeId[]) => ({
      copies: ids.map((id) => library.copy(id, library.get(id).parent).id),
      failure: null,
    })),
    conflicts: command("conflicts", () => conflicts),
    resolveConflict: command("resolveConflict", (id: number) => {
      fake.setConflicts(conflicts.filter((conflict) => conflict.id !== id));
    }),

    transfers: command("transfers", () => transfers.now),
    pauseTransfer: command("pauseTransfer", (id: number) => {
      transfers.setState(id, "paused");
    }),
    resumeTransfer: command("resumeTransfer", (id: number) => {
      transfers.setState(id, "running");
    }),
    pauseAllTransfers: command("pauseAllTransfers", () => {
      transfers.setAll("paused");
    }),
    resumeAllTransfers: command("resumeAllTransfers", () => {
      transfers.setAll("running");
    }),
    cancelTransfer: command("cancelTransfer", (id: number) => {
      transfers.setState(id, "cancelled");
    }),
    cancelAllTransfers: command("cancelAllTransfers", () => {
      transfers.setAll("cancelled");
    }),
    moveTransfer: command("moveTransfer", (id: number, to: MoveTo) => {
      transfers.move(id, to);
    }),
    answerTarget: command("answerTarget", (id: number, answer: TargetAnswer, forAll: boolean) => {
      transfers.answer(id, answer, forAll);
    }),
    retryTransfer: command("retryTransfer", (id: number) => {
      transfers.setState(id, "running");
    }),
    chooseAgain: command("chooseAgain", (id: number) => {
      transfers.setState(id, "running");
    }),
    removeTransfer: command("removeTransfer", (id: number) => {
      transfers.remove(id);
    }),
    transferLimits: command("transferLimits", () => limits),
    setTransferLimits: command("setTransferLimits", (wanted: TransferLimits) => {
      limits = wanted;
    }),
    keepOffline: command("keepOffline", (ids: NodeId[], wanted: boolean) => {
      for (const id of ids) {
        if (wanted) library.pins.set(id, isOffline() ? "waiting" : "kept");
        else if (!library.pins.delete(id))
          refuse("kept_with_folder", "It lies in a folder that is kept available offline.");
      }
      libraryChanged();
    }),
    keepNothingOffline: command("keepNothingOffline", () => {
      library.pins.clear();
      libraryChanged();
    }),
    offlineUsage: command("offlineUsage", () => ({ ...NO_USAGE, ...library.offlineUsage(), budget })),
    setOfflineBudget: command("setOfflineBudget", (wanted: number) => {
      budget = wanted;
    }),
    openFile: command("openFile", (id: NodeId): OpenedFile => {
      const { name } = library.get(id);
      if (isOffline() && library.details(id).offline?.state !== "kept")
        refuse("not_offline", `“${name}” is not on this computer, and the server cannot be reached.`);
      return name.endsWith(".sh") ? "shown_in_folder" : "opened";
    }),
    cancelOpening: command("cancelOpening", () => {
      emit({ kind: "opening_changed", opening: [] });
    }),
    previewUrl: (id, version) => previewOf(`${id}/${version}`),
    clearFinished: command("clearFinished", () => {
      transfers.clearFinished();
    }),
    copyText: command("copyText", (text: string) => {
      fake.clipboard = text;
    }),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  const fake: Fake = {
    platform,
    library,
    clipboard: "",
    calls,
    state: () => state,
    change,
    setOffline(offline) {
      const status = offline
        ? ({ kind: "unreachable", failure: UNREACHABLE } as const)
        : ({ kind: "reachable" } as const);
      const sync = offline ? ({ kind: "offline" } as const) : ({ kind: "up_to_date" } as const);
      change({ server: { ...state.server, status }, sync: { ...state.sync, status: sync } });
    },
    failNext: (name, failure) => void failures.set(name, failure),
    emit,
    hover(over) {
      emit({ kind: "drop_hover", over });
    },
    drop(names, withLink = false) {
      const drop = drops.size + 1;
      drops.set(drop, names);
      emit({ kind: "files_dropped", drop, count: names.length, with_link: withLink });
    },
    setTransfers: (now) => {
      transfers.show(now);
    },
    setConflicts: (now) => {
      conflicts = now;
      change({ edits: { waiting: now.length, conflicts: now.length } });
      emit({ kind: "library_changed" });
    },
    libraryChanged,
  };
  return fake;
}
