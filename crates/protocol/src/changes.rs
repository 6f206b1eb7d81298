//! The change feed.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Node, NodeId, PublicLink, Revision};

/// The query of `GET /v1/changes`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The last revision that the client holds; 0 for everything.
    #[serde(default)]
    pub since: Revision,
    /// How many at the most: 1 to 1,000; 500 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What became of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// When, in the owner's order. Unique within an owner.
    pub revision: Revision,
    /// What.
    #[serde(flatten)]
    pub kind: ChangeKind,
}

/// A thing as it now stands. A thing that changed often appears once, at its last change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// A node was made or changed; in the trash is a change too.
    Node {
        /// As it now stands.
        node: Node,
    },
    /// A node was deleted for ever, with everything inside it.
    NodeDeleted {
        /// Which.
        id: NodeId,
    },
    /// A public link was made or ended.
    Link {
        /// As it now stands.
        link: PublicLink,
    },
}

/// Changes in order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangesPage {
    /// In rising order of revision.
    pub changes: Vec<Change>,
    /// With these changes applied, the client holds everything up to this revision.
    pub revision: Revision,
    /// Whether there is more already.
    pub more: bool,
}
