//! What the window shows around the list.

use serde::{Deserialize, Serialize};

use crate::{Failure, Me, Timestamp};

/// Everything that is not a list: sent whole, whenever any of it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AppState {
    /// Which server, and whether it answers.
    pub server: ServerState,
    /// Who is signed in.
    pub session: SessionState,
    /// How fresh the library is.
    pub sync: SyncState,
    /// The numbers beside the sidebar's entries.
    pub counts: LibraryCounts,
    /// What was done here and the server has not taken yet.
    pub edits: EditCounts,
}

/// The server that the app is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ServerState {
    /// Its address, such as `http://127.0.0.1:4800`.
    pub url: String,
    /// Whether it answers.
    pub status: ServerStatus,
}

/// Whether the server answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ServerStatus {
    /// Nobody has asked it yet.
    Checking,
    /// It answered the last call.
    Reachable,
    /// It did not; why, in words.
    Unreachable {
        /// For the person.
        failure: Failure,
    },
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SessionState {
    /// The session of the last run is being taken up.
    Starting,
    /// Nobody.
    SignedOut {
        /// Why, when it was not the person's wish.
        reason: Option<Failure>,
    },
    /// The browser has the word.
    SigningIn {
        /// The page that the browser was sent to, for a browser that did not open. Holds the PKCE
        /// challenge and the state, no secret.
        url: String,
    },
    /// This user.
    SignedIn {
        /// Profile and usage, as last heard.
        me: Me,
        /// Whether the session ends with the app, because the system has no usable keyring.
        ends_with_app: bool,
    },
}

/// How fresh the library is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncState {
    /// What sync does at the moment.
    pub status: SyncStatus,
    /// When the library last held everything that the server had; `null` before the first fill.
    pub as_of: Option<Timestamp>,
}

/// What sync does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SyncStatus {
    /// Nobody is signed in.
    Idle,
    /// The first fill is under way.
    Filling {
        /// Things received so far.
        received: u32,
    },
    /// Changes are being fetched.
    Syncing,
    /// The library holds what the server has.
    UpToDate,
    /// The server is not reachable; it is tried again by itself.
    Offline,
}

/// What was done here and the server has not taken yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EditCounts {
    /// How many edits wait.
    pub waiting: u32,
    /// Of those, how many wait for the person.
    pub conflicts: u32,
}

/// The numbers beside the sidebar's entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LibraryCounts {
    /// Living files.
    pub files: u32,
    /// Living public links.
    pub links: u32,
    /// What can be restored.
    pub trashed: u32,
    /// Files that can be opened without a network.
    pub offline: u32,
}
