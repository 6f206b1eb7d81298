//! The transfers panel.

use serde::{Deserialize, Serialize};

use crate::{ByteCount, Failure, NodeId};

/// Names a transfer of this run of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct TransferId(pub u32);

/// Which way the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the server.
    Upload,
    /// To this machine.
    Download,
}

/// One file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Transfer {
    /// Names it.
    pub id: TransferId,
    /// Which way.
    pub direction: Direction,
    /// The file's name; never its path.
    pub name: String,
    /// Its length.
    pub size: ByteCount,
    /// How much of it has arrived.
    pub done: ByteCount,
    /// Where it stands.
    pub state: TransferState,
    /// The node that it became or came from.
    pub node: Option<NodeId>,
    /// Whether its public link was made and put on the clipboard.
    pub link_copied: bool,
    /// Whether the server had its content already, so that nothing was sent.
    pub was_there: bool,
}

/// Where a transfer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferState {
    /// For its turn.
    Waiting,
    /// Bytes move.
    Running,
    /// All bytes are there; checksums are compared.
    Finishing,
    /// It is where it should be, and verified.
    Done,
    /// It gave up; it can be tried again.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// The person cancelled it.
    Cancelled,
}

/// The transfers panel: sent whole, at most ten times a second.
///
/// Bound: at most 200 items, unfinished ones first; `total` counts all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Transfers {
    /// Unfinished ones first, in the order in which they were asked for.
    pub items: Vec<Transfer>,
    /// How many there are.
    pub total: u32,
    /// How many wait or move.
    pub active: u32,
    /// Bytes a second over the last seconds, both directions.
    #[specta(type = u32)]
    pub bytes_per_second: u64,
    /// Seconds until all are done at that speed; `null` when nothing moves.
    pub seconds_left: Option<u32>,
}
