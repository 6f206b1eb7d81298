//! Views: a list of nodes, opened once and read by row range.

use serde::{Deserialize, Serialize};

use crate::{ByteCount, Node, NodeId, NodeKind, NodeName, Order, PublicLink, SortKey, Timestamp};

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
    /// What was moved to the trash, without what lies inside it.
    Trash,
    /// Living nodes anywhere whose name or description holds the text.
    Search {
        /// What to look for.
        text: String,
    },
}

/// Asks for a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ViewQuery {
    /// What to list.
    pub source: ViewSource,
    /// What to sort by. Folders come first.
    pub sort: SortKey,
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
    /// How many living children a folder has; `null` for files.
    pub items: Option<u32>,
    /// When it last changed.
    pub modified_at: Timestamp,
    /// When it was moved to the trash.
    pub trashed_at: Option<Timestamp>,
    /// Its living public link.
    pub link: Option<LinkBadge>,
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
    /// How many living children a folder has; `null` for files.
    pub items: Option<u32>,
}
