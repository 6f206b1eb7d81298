// The shapes that cross from the shell, as tauri-specta writes them.

export type ErrorCode =
  | "bad_request"
  | "invalid_name"
  | "name_taken"
  | "not_found"
  | "wrong_kind"
  | "not_signed_in"
  | "forbidden"
  | "stale_revision"
  | "too_large"
  | "quota_exceeded"
  | "upload_incomplete"
  | "checksum_mismatch"
  | "upload_ended"
  | "link_ended"
  | "rate_limited"
  | "changes_expired"
  | "unavailable"
  | "internal"
  | "server_unreachable"
  | "not_a_notespot_server"
  | "sign_in_failed"
  | "browser_unavailable"
  | "file_missing"
  | "file_access"
  | "file_changed"
  | "disk_full"
  | "target_exists"
  | "library_unavailable"
  | "clipboard_unavailable"
  | "cancelled";

export type Failure = { code: ErrorCode; message: string; request_id: string | null };

export type NodeId = string;
export type NodeKind = "file" | "folder";
export type Timestamp = string;
export type ByteCount = number;
export type Revision = number;

export type Me = {
  id: string;
  name: string;
  email: string | null;
  used: ByteCount;
  quota: ByteCount;
  revision: Revision;
};

export type ServerStatus =
  { kind: "checking" } | { kind: "reachable" } | { kind: "unreachable"; failure: Failure };
export type ServerState = { url: string; status: ServerStatus };

export type SessionState =
  | { kind: "starting" }
  | { kind: "signed_out"; reason: Failure | null }
  | { kind: "signing_in"; url: string }
  | { kind: "signed_in"; me: Me; ends_with_app: boolean };

export type SyncStatus =
  | { kind: "idle" }
  | { kind: "filling"; received: number }
  | { kind: "syncing" }
  | { kind: "up_to_date" }
  | { kind: "offline" };
export type SyncState = { status: SyncStatus; as_of: Timestamp | null };

export type LibraryCounts = { files: number; links: number; trashed: number };

export type AppState = {
  server: ServerState;
  session: SessionState;
  sync: SyncState;
  counts: LibraryCounts;
};

export type Content = {
  version: string;
  size: ByteCount;
  content_type: string;
  sha256: string;
  uploaded_at: Timestamp;
};

export type Node = {
  id: NodeId;
  parent: NodeId | null;
  kind: NodeKind;
  name: string;
  description: string;
  tags: string[];
  content: Content | null;
  created_at: Timestamp;
  modified_at: Timestamp;
  trashed_at: Timestamp | null;
  revision: Revision;
};

export type PublicLink = {
  slug: string;
  url: string;
  node: NodeId;
  created_at: Timestamp;
  ended_at: Timestamp | null;
  views: number;
  downloads: number;
  revision: Revision;
};

export type SortKey = "name" | "size" | "modified";
export type Order = "ascending" | "descending";

export type ViewId = number;
export type ViewSource =
  | { kind: "folder"; id: NodeId | null }
  | { kind: "recent" }
  | { kind: "shared_links" }
  | { kind: "trash" }
  | { kind: "search"; text: string };
export type ViewQuery = { source: ViewSource; sort: SortKey; order: Order };
export type Crumb = { id: NodeId; name: string };
export type OpenedView = { id: ViewId; total: number; bytes: ByteCount; path: Crumb[] };
export type LinkBadge = { views: number };
export type ViewRow = {
  id: NodeId;
  kind: NodeKind;
  name: string;
  size: ByteCount | null;
  items: number | null;
  modified_at: Timestamp;
  trashed_at: Timestamp | null;
  link: LinkBadge | null;
};
export type NodeDetails = { node: Node; link: PublicLink | null; items: number | null };

export type TransferId = number;
export type Direction = "upload" | "download";
export type TransferState =
  | { kind: "waiting" }
  | { kind: "running" }
  | { kind: "finishing" }
  | { kind: "done" }
  | { kind: "failed"; failure: Failure }
  | { kind: "cancelled" };
export type Transfer = {
  id: TransferId;
  direction: Direction;
  name: string;
  size: ByteCount;
  done: ByteCount;
  state: TransferState;
  node: NodeId | null;
  link_copied: boolean;
};
export type Transfers = {
  items: Transfer[];
  total: number;
  active: number;
  bytes_per_second: number;
  seconds_left: number | null;
};

export type DropId = number;
export type NoticeKind = "link_copied" | "library_rebuilt" | "sign_in_link_ignored" | "failed";
export type Notice = { kind: NoticeKind; failure: Failure | null };
export type AppEvent =
  | { kind: "state_changed"; state: AppState }
  | { kind: "library_changed" }
  | { kind: "transfers_changed"; transfers: Transfers }
  | { kind: "drop_hover"; over: boolean }
  | { kind: "files_dropped"; drop: DropId; count: number; with_link: boolean }
  | { kind: "notice"; notice: Notice };
