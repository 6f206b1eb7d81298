// The one interface through which the UI knows the program around it.

import type {
  AppEvent,
  AppState,
  ConflictChoice,
  Copied,
  Cursor,
  DropId,
  EditConflict,
  Failure,
  FolderChoices,
  FolderContents,
  Moved,
  MoveTo,
  Node,
  NodeDetails,
  NodeId,
  OfflineUsage,
  OpenedFile,
  OpenedView,
  PublicFiles,
  PublicLink,
  Slug,
  TargetAnswer,
  TransferId,
  TransferLimits,
  Transfers,
  ViewId,
  ViewQuery,
  ViewRow,
  WasIn,
} from "./wire.ts";

/** What every command rejects with, and nothing else. */
export class PlatformError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "PlatformError";
    this.failure = failure;
  }
}

/** The failure inside anything that was thrown; a mistake of ours becomes `internal`. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof PlatformError) return thrown.failure;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "internal", message, request_id: null };
}

/** Every command rejects with a `PlatformError`. What changes is told by events, not by answers. */
export interface Platform {
  appState(): Promise<AppState>;

  /** Resolves when the browser was sent; what comes of it is told by `state_changed`. */
  signIn(): Promise<void>;
  cancelSignIn(): Promise<void>;
  signOut(): Promise<void>;
  switchServer(url: string): Promise<void>;
  /** Asks the server at once whether it is there. */
  checkServer(): Promise<void>;

  openView(query: ViewQuery): Promise<OpenedView>;
  /** At most `MAX_ROWS` rows; rows that are gone since the view was opened are left out. */
  viewRows(view: ViewId, offset: number, limit: number): Promise<ViewRow[]>;
  nodeDetails(id: NodeId): Promise<NodeDetails>;

  /** Shows the system's dialog. */
  pickAndUpload(folder: NodeId | null): Promise<void>;
  uploadDropped(drop: DropId, folder: NodeId | null, withLink: boolean): Promise<void>;
  /** Shows the system's dialog. */
  download(ids: NodeId[]): Promise<void>;

  openPublicLink(id: NodeId): Promise<void>;
  /** Makes the link where there is none. Success is told by the notice `link_copied`. */
  copyPublicLink(id: NodeId): Promise<PublicLink>;
  endPublicLink(id: NodeId): Promise<void>;

  /** For a file that has a public link; works offline as edits do. */
  listPublicly(id: NodeId, listed: boolean): Promise<PublicLink>;

  /** One page of everybody's public files, asked of the server. It may be empty and not the last. */
  publicFiles(search: string, after: Cursor | null): Promise<PublicFiles>;
  openPublicFile(slug: Slug): Promise<void>;
  /** Success is told by the notice `link_copied`. */
  copyPublicFile(slug: Slug): Promise<void>;

  /** Edits work offline: they are shown at once, and sent when the server can be reached. */
  /** `seen` is what the person saw before: what came from elsewhere since is asked about, not overwritten. */
  rename(id: NodeId, seen: string, name: string): Promise<Node>;
  describe(id: NodeId, seen: string, text: string): Promise<Node>;
  trash(ids: NodeId[]): Promise<void>;
  restore(ids: NodeId[]): Promise<void>;
  /** For what is in the trash. */
  deleteForEver(ids: NodeId[]): Promise<void>;
  /** Deletes for ever what that list of the trash showed. */
  emptyTrash(seen: ViewId): Promise<void>;
  /** What these come to, with everything in them; `items` is how many they are themselves. */
  weigh(ids: NodeId[]): Promise<FolderContents>;
  weighView(view: ViewId): Promise<FolderContents>;
  createFolder(parent: NodeId | null, name: string): Promise<Node>;
  /** Each is moved or refused alone; rejects where nothing was moved because of it. */
  moveTo(ids: NodeId[], folder: NodeId | null): Promise<Moved>;
  moveBack(moved: WasIn[]): Promise<Moved>;
  /** The folders in a folder, or, where something was typed, those anywhere that fit it; at most 200. */
  chooseFolder(inside: NodeId | null, text: string): Promise<FolderChoices>;
  tag(id: NodeId, seen: string[], tags: string[]): Promise<Node>;
  /** The server copies: the one thing here that needs it. Each is copied or refused alone, as with `moveTo`. */
  copyTo(ids: NodeId[], folder: NodeId | null): Promise<Copied>;
  /** Each to where it is itself. */
  makeCopies(ids: NodeId[]): Promise<Copied>;
  /** Edits that cannot be sent without asking; at most 200. */
  conflicts(): Promise<EditConflict[]>;
  resolveConflict(id: number, choice: ConflictChoice): Promise<void>;

  transfers(): Promise<Transfers>;
  /** What has arrived stays. */
  pauseTransfer(id: TransferId): Promise<void>;
  resumeTransfer(id: TransferId): Promise<void>;
  pauseAllTransfers(): Promise<void>;
  resumeAllTransfers(): Promise<void>;
  /** What has arrived goes. */
  cancelTransfer(id: TransferId): Promise<void>;
  cancelAllTransfers(): Promise<void>;
  /** For one that waits. */
  moveTransfer(id: TransferId, to: MoveTo): Promise<void>;
  /** What becomes of a download whose name is taken; `forAll`: of all that were asked for with it. */
  answerTarget(id: TransferId, answer: TargetAnswer, forAll: boolean): Promise<void>;
  retryTransfer(id: TransferId): Promise<void>;
  /** Shows the system's dialog, and takes the file of an upload from there. */
  chooseAgain(id: TransferId): Promise<void>;
  removeTransfer(id: TransferId): Promise<void>;
  clearFinished(): Promise<void>;
  transferLimits(): Promise<TransferLimits>;
  /** Holds at once, also for what is under way. */
  setTransferLimits(limits: TransferLimits): Promise<void>;

  /** Keeps these on this computer, with all that lies in folders, now and later; or no longer. */
  keepOffline(ids: NodeId[], wanted: boolean): Promise<void>;
  keepNothingOffline(): Promise<void>;
  offlineUsage(): Promise<OfflineUsage>;
  /** In bytes. Holds at once: where it is less than what is used, the newest wishes give way. */
  setOfflineBudget(budget: number): Promise<void>;
  /** Opens a file in its own program, when it is on this computer. How far it has come is told by `opening_changed`. */
  openFile(id: NodeId): Promise<OpenedFile>;
  cancelOpening(id: NodeId): Promise<void>;
  /** Where an `img` finds the picture that a file is; an error for what is none, or cannot be fetched. */
  previewUrl(id: NodeId, version: string): string;

  /** Puts text that the window already shows on the clipboard. */
  copyText(text: string): Promise<void>;
  /** Calls the listener with every event until the returned function is called. */
  onEvent(listener: (event: AppEvent) => void): () => void;
}

/** The most rows that one call of `viewRows` answers. */
export const MAX_ROWS = 500;
