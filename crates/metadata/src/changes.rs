//! The change feed.

use async_trait::async_trait;
use notespot_protocol::{Node, NodeId, Revision, UserId};

use crate::Result;
use crate::links::StoredLink;

/// What changed, as it now stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredChange {
    /// A node.
    Node(Box<Node>),
    /// A node that is gone for ever.
    NodeDeleted {
        /// Which.
        id: NodeId,
        /// When.
        revision: Revision,
    },
    /// A public link.
    Link(StoredLink),
}

impl StoredChange {
    /// The change's place in the owner's order.
    #[must_use]
    pub fn revision(&self) -> Revision {
        match self {
            Self::Node(node) => node.revision,
            Self::NodeDeleted { revision, .. } => *revision,
            Self::Link(link) => link.revision,
        }
    }
}

/// A page of the feed.
#[derive(Clone, Debug)]
pub struct StoredChanges {
    /// In rising order of revision, each later than `since`.
    pub changes: Vec<StoredChange>,
    /// With these applied, a client holds everything up to here.
    pub revision: Revision,
    /// Whether there is more already.
    pub more: bool,
}

/// The change feed of one owner.
#[async_trait]
pub trait Changes: Send + Sync {
    /// What changed after `since`, at most `limit` things, from one consistent snapshot.
    async fn changes(&self, owner: &UserId, since: Revision, limit: u32) -> Result<StoredChanges>;
}
