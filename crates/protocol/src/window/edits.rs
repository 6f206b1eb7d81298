//! What was done offline and cannot be sent without asking the person.

use serde::{Deserialize, Serialize};

use crate::{Failure, NodeId};

/// An edit that waits for the person, with both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EditConflict {
    /// Names it.
    pub id: u32,
    /// What was edited.
    pub node: NodeId,
    /// Its name at the server, or the last one that is known.
    pub name: String,
    /// What was done here.
    pub kind: EditKind,
    /// What stands in the way.
    pub why: ConflictWhy,
    /// What it would be by the edit: a name, a folder's name (empty for the top level), a text.
    pub mine: Option<String>,
    /// What it is at the server.
    pub theirs: Option<String>,
    /// What the server said, where it refused.
    pub failure: Option<Failure>,
    /// What the person may say.
    pub choices: Vec<ConflictChoice>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum EditKind {
    /// A folder was made.
    MakeFolder,
    /// It got another name.
    Rename,
    /// It went to another folder.
    Move,
    /// It was described.
    Describe,
    /// It got other tags.
    Tag,
    /// It was moved to the trash.
    Trash,
    /// It was taken out of the trash.
    Restore,
    /// It was deleted for ever.
    Delete,
    /// It got a public link.
    MakeLink,
    /// Its public link was ended.
    EndLink,
    /// It was listed in the public catalogue.
    List,
    /// It was taken out of the public catalogue.
    Unlist,
}

/// What stands in the way of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ConflictWhy {
    /// The same was changed elsewhere, to something else.
    ChangedThere,
    /// It was moved to the trash elsewhere.
    TrashedThere,
    /// It was deleted for ever elsewhere.
    DeletedThere,
    /// Another one has the name by now.
    NameTaken,
    /// The folder that it should go to is gone.
    PlaceGone,
    /// Its public link was ended elsewhere.
    LinkEnded,
    /// The server refuses it: see `failure`.
    Refused,
}

/// What the person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ConflictChoice {
    /// As it was done here.
    Mine,
    /// As it is at the server: the edit is forgotten.
    Theirs,
    /// As it was done here, under a name with a number.
    KeepBoth,
}

/// What moving many came to. Each is moved or refused alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Moved {
    /// Those that were moved, with where they were before: what undoing needs.
    pub moved: Vec<WasIn>,
    /// Why the first of the others was not.
    pub failure: Option<Failure>,
}

/// Where something was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WasIn {
    /// What.
    pub id: NodeId,
    /// The folder that held it; `null` for the top level.
    pub folder: Option<NodeId>,
}

/// What copying many came to. Each is copied or refused alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Copied {
    /// The copies; what lies in folders comes with sync.
    pub copies: Vec<NodeId>,
    /// Why the first of the others was not copied.
    pub failure: Option<Failure>,
}
