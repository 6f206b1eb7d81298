//! What is kept on this machine, to be opened without a network.

use serde::{Deserialize, Serialize};

use super::Crumb;
use crate::{ByteCount, Failure, NodeId, NodeName};

/// How it stands with something that is to be available offline. A folder stands as what lies in it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum OfflineState {
    /// Its turn to be downloaded comes.
    Waiting,
    /// It is being downloaded.
    Fetching,
    /// Its current content is on this machine, and verified.
    Kept,
    /// It has no room in what may be used.
    NoRoom,
    /// It could not be downloaded; it is tried again.
    Failed,
}

/// What the inspector says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OfflineDetails {
    /// How it stands.
    pub state: OfflineState,
    /// Whether it was asked for itself; else it lies in a folder that was.
    pub is_own: bool,
    /// The nearest folder above it that was asked for.
    pub with: Option<Crumb>,
    /// Why it could not be downloaded.
    pub failure: Option<Failure>,
}

/// What is used by all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OfflineUsage {
    /// What may be used.
    pub budget: ByteCount,
    /// What is used.
    pub used: ByteCount,
    /// Files that can be opened without a network.
    pub kept: u32,
    /// Files that are still to come.
    pub waiting: u32,
    /// Files that have no room.
    pub no_room: u32,
    /// The bytes of those.
    pub lacking: ByteCount,
    /// Files that could not be downloaded.
    pub failed: u32,
}

/// What became of a file that was to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum OpenedFile {
    /// Its program shows it.
    Opened,
    /// Its program shows an earlier version: the current one is not on this machine, and the server is away.
    OpenedEarlier,
    /// It is a program itself, and was not started: the folder that it is in is shown.
    ShownInFolder,
}

/// A file on its way to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Opening {
    /// Which.
    pub node: NodeId,
    /// Its name.
    pub name: NodeName,
    /// Its length.
    pub size: ByteCount,
    /// How much of it has arrived.
    pub done: ByteCount,
}
