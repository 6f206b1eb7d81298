//! What the window is told without asking.

use serde::{Deserialize, Serialize};

use super::{AppState, Opening, Transfers};
use crate::Failure;

/// Names files that were dropped on the window, until they are uploaded or the next drop comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct DropId(pub u32);

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AppEvent {
    /// Server, session, sync or counts changed.
    StateChanged {
        /// As it now stands.
        state: AppState,
    },
    /// Rows changed: open views are to be opened again.
    LibraryChanged,
    /// Transfers moved.
    TransfersChanged {
        /// As they now stand.
        transfers: Transfers,
    },
    /// Files that are being downloaded to be opened, as they now stand.
    OpeningChanged {
        /// All of them.
        opening: Vec<Opening>,
    },
    /// Files hover over the window, or left it.
    DropHover {
        /// Whether they hover.
        over: bool,
    },
    /// Files were dropped. The web view says where they go (`upload_dropped`); it never sees paths.
    FilesDropped {
        /// Names them.
        drop: DropId,
        /// How many.
        count: u32,
        /// Whether Shift was held: a public link is wanted too.
        with_link: bool,
    },
    /// Something to tell the person, beside what a command answers.
    Notice {
        /// What.
        notice: Notice,
    },
}

/// A short message: a toast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// What went wrong, where something did.
    pub failure: Option<Failure>,
}

/// What a notice is about. The words are the web view's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A public link was put on the clipboard.
    LinkCopied,
    /// The library's file was broken; it was moved aside and is being filled again.
    LibraryRebuilt,
    /// A sign-in link arrived that belongs to no sign-in under way.
    SignInLinkIgnored,
    /// Something in the background went wrong.
    Failed,
}
