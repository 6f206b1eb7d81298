// The one interface through which the UI knows the program around it.

import type {
  AppEvent,
  AppState,
  DropId,
  Failure,
  MoveTo,
  Node,
  NodeDetails,
  NodeId,
  OpenedView,
  PublicLink,
  TargetAnswer,
  TransferId,
  TransferLimits,
  Transfers,
  ViewId,
  ViewQuery,
  ViewRow,
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

  rename(id: NodeId, name: string): Promise<Node>;
  describe(id: NodeId, text: string): Promise<Node>;
  trash(ids: NodeId[]): Promise<void>;
  restore(ids: NodeId[]): Promise<void>;
  createFolder(parent: NodeId | null, name: string): Promise<Node>;

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

  /** Puts text that the window already shows on the clipboard. */
  copyText(text: string): Promise<void>;
  /** Calls the listener with every event until the returned function is called. */
  onEvent(listener: (event: AppEvent) => void): () => void;
}

/** The most rows that one call of `viewRows` answers. */
export const MAX_ROWS = 500;
