//! What was done here and the server has not taken yet.
//!
//! Everything that a person changes goes this way, with a network or without: it is written down, shown at once, and
//! sent when its turn comes ([`sync::send`](crate::sync)). What is written down names what the person saw, so that
//! what somebody else changed meanwhile is noticed, and asked about instead of being guessed.

use notespot_protocol::{ClientRef, NodeId, NodeName, Revision, Slug, Timestamp};
use serde::{Deserialize, Serialize};

mod conflicts;
mod make;
mod readable;
mod waiting;

pub(crate) use conflicts::Conflict;
pub(crate) use make::Each;
pub use make::Refusal;
pub(super) use readable::save;
pub(super) use waiting::count;
pub(crate) use waiting::{Answered, Waiting};

/// One change by the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Edit {
    /// When.
    pub(crate) at: Timestamp,
    /// A name that is taken at the server is numbered: the person said so, or never chose the name for long.
    #[serde(default)]
    pub(crate) keep_both: bool,
    /// What is in the trash at the server comes out of it before: the person said so.
    #[serde(default)]
    pub(crate) restore_first: bool,
    #[serde(flatten)]
    pub(crate) what: What,
}

/// What was changed: `from` what the person saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum What {
    MakeFolder {
        client_ref: ClientRef,
        parent: Option<NodeId>,
        name: NodeName,
    },
    Rename {
        from: NodeName,
        to: NodeName,
    },
    Move {
        from: Option<NodeId>,
        to: Option<NodeId>,
    },
    Describe {
        from: String,
        to: String,
    },
    Tag {
        from: Vec<String>,
        to: Vec<String>,
    },
    Trash,
    Restore,
    /// For ever.
    Delete,
    MakeLink {
        slug: Slug,
    },
    EndLink {
        slug: Slug,
    },
    List {
        slug: Slug,
        listed: bool,
    },
}

impl What {
    /// Where there is nothing any more, there is nothing to be done.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Trash | Self::Delete | Self::EndLink { .. } | Self::List { listed: false, .. })
    }
}

impl Edit {
    pub(crate) fn now(what: What) -> Self {
        let keep_both = matches!(what, What::MakeFolder { .. });
        Self { at: Timestamp::now(), keep_both, restore_first: false, what }
    }
}

/// Names an edit in the file.
pub(crate) type EditId = i64;

/// What later edits of the same node have seen once an earlier one is in: `?2`, where they had seen what was there
/// before it, `?3`.
pub(in crate::library) const SEEN: &str = "UPDATE edits SET seen = ?2 WHERE node = ?1 AND seen >= ?3";

/// A revision as `seen` is compared with.
pub(super) fn is_unseen(revision: Revision, seen: i64) -> bool {
    super::rows::integer(revision.0) > seen
}
