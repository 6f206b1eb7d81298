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
    /// What a download is called on this machine, where that is not its own name: the name was taken,
    /// or this system cannot hold it.
    pub saved_as: Option<String>,
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
    /// The person holds it: what has arrived stays.
    Paused,
    /// The server or the store is away: it goes on by itself.
    Offline,
    /// A file of this name is there already: the person has to say what becomes of it.
    TargetExists,
    /// It is where it should be, and verified.
    Done,
    /// It was left out, because a file of its name was there.
    Skipped,
    /// It gave up; it can be tried again.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// The person cancelled it.
    Cancelled,
}

/// What the person says of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum TargetAnswer {
    /// The download takes the next free number: `report (2).pdf`.
    KeepBoth,
    /// The download replaces it, when all of it is there.
    Replace,
    /// The download is left out.
    Skip,
}

/// Where a transfer that waits goes in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum MoveTo {
    /// Before all others that wait.
    Top,
    /// Before the one above it.
    Up,
    /// Behind the one below it.
    Down,
}

/// The transfers panel: sent whole, at most ten times a second.
///
/// Bound: at most 200 items. First those that ask something, then those that move, those that wait in
/// their order, those that failed, and those that are done, the latest first. The numbers count all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Transfers {
    /// As many as are shown.
    pub items: Vec<Transfer>,
    /// How many there are.
    pub total: u32,
    /// How many are not over: they move, wait, are paused or ask something.
    pub active: u32,
    /// Of those, how many the person holds.
    pub paused: u32,
    /// Of those, how many wait for the connection.
    pub offline: u32,
    /// Of those, how many ask what becomes of a file that is there.
    pub asking: u32,
    /// How many failed.
    pub failed: u32,
    /// How many are done.
    pub done: u32,
    /// Bytes a second over the last seconds, both directions.
    #[specta(type = u32)]
    pub bytes_per_second: u64,
    /// Seconds until all are done at that speed, paused ones left out; `null` when nothing moves.
    pub seconds_left: Option<u32>,
}

/// How hard transfers may work: what a person sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TransferLimits {
    /// Bytes a second, all uploads together; `null` for as fast as it goes.
    pub up: Option<ByteCount>,
    /// Bytes a second, all downloads together; `null` for as fast as it goes.
    pub down: Option<ByteCount>,
    /// Requests under way at once, at most; `null` for as many as the path gives.
    pub parallel: Option<u32>,
    /// Memory for the content of everything under way, in MiB.
    pub memory_mib: u32,
}
