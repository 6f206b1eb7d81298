//! Views: a list of nodes, opened once and read by row range.

use serde::{Deserialize, Serialize};

use super::{OfflineDetails, OfflineState};
use crate::{ByteCount, Node, NodeId, NodeKind, NodeName, Order, PublicLink, Timestamp};

/// Names an open view; good until the library changes or the window asks for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct ViewId(pub u32);

/// What a view lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ViewSource {
    /// The living children of a folder; of the top level for `null`.
    Folder {
        /// Which.
        id: Option<NodeId>,
    },
    /// Living files anywhere.
    Recent,
    /// Living nodes with a living public link.
    SharedLinks,
    /// Living nodes that the person keeps available offline; of what lies in each other, the outermost.
    AvailableOffline,
    /// What was moved to the trash, without what lies inside it.
    Trash,
    /// Living nodes anywhere whose name, description or tags hold all words, and that pass all filters.
    Search {
        /// Words, and filters such as `kind:pdf` or `size:>10mb`.
        text: String,
    },
}

/// What a list is sorted by. Folders come first, and what is equal stays in the order of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ViewSort {
    /// By name, as people of the system's locale sort; numbers by their value.
    Name,
    /// By public link: those without one first, then by how often its page was opened.
    Link,
    /// By size of the current content.
    Size,
    /// By time of the last change.
    Modified,
    /// What fits a search best first, folders among the rest; the order does not matter.
    Relevance,
}

/// Asks for a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ViewQuery {
    /// What to list.
    pub source: ViewSource,
    /// What to sort by.
    pub sort: ViewSort,
    /// Which way.
    pub order: Order,
}

/// A view, ready to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OpenedView {
    /// Names it.
    pub id: ViewId,
    /// How many rows.
    pub total: u32,
    /// The size of all files among them.
    pub bytes: ByteCount,
    /// From the top level down to the folder shown; empty for every other source.
    pub path: Vec<Crumb>,
}

/// A folder on the way to the one that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Crumb {
    /// Which.
    pub id: NodeId,
    /// Its name.
    pub name: NodeName,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ViewRow {
    /// The node.
    pub id: NodeId,
    /// What it is.
    pub kind: NodeKind,
    /// Its name.
    pub name: NodeName,
    /// The size of a file; `null` for folders.
    pub size: Option<ByteCount>,
    /// How many living children a folder has; `null` for files, and while the library is being opened.
    pub items: Option<u32>,
    /// When it last changed.
    pub modified_at: Timestamp,
    /// When it was moved to the trash.
    pub trashed_at: Option<Timestamp>,
    /// Its living public link.
    pub link: Option<LinkBadge>,
    /// Whether something that was done to it here has not reached the server.
    pub waiting: bool,
    /// How it stands where it is to be available offline.
    pub offline: Option<OfflineState>,
}

/// What a row says of a public link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LinkBadge {
    /// Pages opened, as last heard.
    #[specta(type = u32)]
    pub views: u64,
}

/// What the inspector shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NodeDetails {
    /// The node.
    pub node: Node,
    /// Its living public link.
    pub link: Option<PublicLink>,
    /// What a folder holds; `null` for files, and while the library is being opened.
    pub holds: Option<FolderContents>,
    /// Where it is to be available offline.
    pub offline: Option<OfflineDetails>,
}

/// What a folder holds, without what is in the trash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FolderContents {
    /// Files and folders in it, one level deep.
    pub items: u32,
    /// Files in it, at any depth.
    pub files: u32,
    /// The bytes of those.
    pub bytes: ByteCount,
}

/// Folders to choose one of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FolderChoices {
    /// From the top level down to the folder that was looked into; empty for the top level and for a search.
    pub path: Vec<Crumb>,
    /// In the order of names; of a search, what fits best first.
    pub folders: Vec<FolderChoice>,
    /// Whether there are more than these.
    pub more: bool,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FolderChoice {
    /// Which.
    pub id: NodeId,
    /// Its name.
    pub name: NodeName,
    /// The folders above it, from the top level down.
    pub above: Vec<Crumb>,
}
