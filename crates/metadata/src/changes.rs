//! The change feed.

pub(crate) mod page;

use async_trait::async_trait;
use notespot_protocol::{ChangesQuery, Node, NodeId, Revision, Timestamp, UserId};

use crate::Result;
use crate::links::StoredLink;
use crate::listeners::Listening;

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
    /// The owner's newest revision at the time.
    pub newest: Revision,
    /// Whether there is more already.
    pub more: bool,
}

/// The change feed of one owner.
#[async_trait]
pub trait Changes: Send + Sync {
    /// What changed after `since`, from one consistent snapshot: at most as many things as were asked for, and
    /// fewer where they have much text, so that a page has a bound in bytes too (about 4 MiB of names,
    /// descriptions and tags). The cost grows with the page alone.
    ///
    /// Who begins with nothing is told of no node that was gone by then: none at all where `since` is 0, none
    /// up to `filling_since` on the pages that follow. Everybody else has to hear of each node that is gone:
    /// `ChangesExpired` where a tombstone above `filling_since`, or else `since`, was forgotten, and where
    /// either is above the newest revision: the store was restored from a backup.
    async fn changes(&self, owner: &UserId, query: &ChangesQuery) -> Result<StoredChanges>;

    /// Hears that a revision exists, soon after it was committed: a hint, and no promise. What another
    /// process commits may not be heard of, so that whoever has to know looks from time to time as well.
    /// Listening before looking misses nothing.
    fn listen(&self, owner: &UserId) -> Listening;

    /// Forgets tombstones of all owners that were made before `before`, at most 1,000 and the oldest first:
    /// those of one owner in one transaction. How many: none is left where it is 0.
    async fn forget_tombstones(&self, before: Timestamp) -> Result<usize>;
}
