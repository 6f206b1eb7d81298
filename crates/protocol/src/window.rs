//! What crosses from the desktop shell to its web view, and nothing else does.
//!
//! The web view holds no token, sees no path of the disk and asks no server: it is told what to
//! show ([`AppState`], [`AppEvent`]), reads rows of views, and names what to do by ids.

mod edits;
mod event;
mod offline;
mod public;
mod state;
mod transfers;
mod view;

pub use edits::{ConflictChoice, ConflictWhy, Copied, EditConflict, EditKind, Moved, WasIn};
pub use event::{AppEvent, DropId, Notice, NoticeKind};
pub use offline::{OfflineDetails, OfflineState, OfflineUsage, OpenedFile, Opening};
pub use public::PublicFiles;
pub use state::{
    AppState, EditCounts, LibraryCounts, ServerState, ServerStatus, SessionState, SyncState, SyncStatus,
};
pub use transfers::{
    Direction, MoveTo, TargetAnswer, Transfer, TransferId, TransferLimits, TransferState, Transfers,
};
pub use view::{
    Crumb, FolderChoice, FolderChoices, FolderContents, LinkBadge, NodeDetails, OpenedView, ViewId,
    ViewQuery, ViewRow, ViewSort, ViewSource,
};
