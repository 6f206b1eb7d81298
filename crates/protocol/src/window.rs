//! What crosses from the desktop shell to its web view, and nothing else does.
//!
//! The web view holds no token, sees no path of the disk and asks no server: it is told what to
//! show ([`AppState`], [`AppEvent`]), reads rows of views, and names what to do by ids.

mod event;
mod state;
mod transfers;
mod view;

pub use event::{AppEvent, DropId, Notice, NoticeKind};
pub use state::{AppState, LibraryCounts, ServerState, ServerStatus, SessionState, SyncState, SyncStatus};
pub use transfers::{
    Direction, MoveTo, TargetAnswer, Transfer, TransferId, TransferLimits, TransferState, Transfers,
};
pub use view::{Crumb, LinkBadge, NodeDetails, OpenedView, ViewId, ViewQuery, ViewRow, ViewSource};
