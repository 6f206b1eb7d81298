//! Public links.

use std::collections::HashSet;

use async_trait::async_trait;
use notespot_protocol::{Node, NodeId, Revision, Slug, Timestamp, UserId};

use crate::Result;
use crate::nodes::StoredVersion;

/// A link as it is kept. The server adds the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLink {
    /// The unguessable part.
    pub slug: Slug,
    /// Whose.
    pub owner: UserId,
    /// What it opens.
    pub node: NodeId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
    /// Pages opened.
    pub views: u64,
    /// Downloads delivered to the last byte.
    pub downloads: u64,
    /// Whether the [catalogue](crate::catalogue) lists its file.
    pub listed: bool,
    /// The revision of its last change.
    pub revision: Revision,
}

/// The link that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenLink {
    /// The link.
    pub link: StoredLink,
    /// It was made for this call: it opens something for people for whom nothing opened it before. Of many calls at
    /// once that are given the same link, one made it.
    pub made: bool,
}

impl GivenLink {
    pub(crate) fn known(link: StoredLink) -> Self {
        Self { link, made: false }
    }
}

/// What a slug opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenedLink {
    /// A living link to a living file.
    File {
        /// The link.
        link: Box<StoredLink>,
        /// The file.
        node: Box<Node>,
        /// Its current content.
        version: Box<StoredVersion>,
        /// The owner's display name; empty where there is none but the e-mail address.
        owner_name: String,
    },
    /// There was such a link; it was ended, or what it opened is in the trash or gone.
    Ended,
}

/// Public links.
#[async_trait]
pub trait Links: Send + Sync {
    /// The living link of a living node, made if there is none. With `slug`, the node's link that has it, living or
    /// ended, made if there is none: what was made ahead, and given to somebody, has to open, whatever other link
    /// was made meanwhile. `SlugTaken` if another node's link, living or ended, has it.
    async fn create_link(&self, owner: &UserId, node: NodeId, slug: Option<Slug>) -> Result<GivenLink>;

    /// One of the owner's links.
    async fn link(&self, owner: &UserId, slug: &Slug) -> Result<StoredLink>;

    /// All living links of the owner, newest first; at most `limit`.
    async fn links(&self, owner: &UserId, limit: u32) -> Result<Vec<StoredLink>>;

    /// Those of these nodes that concern what is open to others: files of the owner's that a living link opens, in the trash
    /// or not, and folders where any living link of the owner's is. What lies in a folder is not looked through.
    async fn shared_among(&self, owner: &UserId, nodes: &[NodeId]) -> Result<HashSet<NodeId>>;

    /// Ends a link, and every other of its node, at once and for ever. Ending an ended one changes nothing.
    async fn end_link(&self, owner: &UserId, slug: &Slug) -> Result<StoredLink>;

    /// Lists the link's file in the catalogue, or takes it out: with every other living link of the file, and those
    /// that are made later, so that whichever is looked at says the same. With `if_match`, only at that revision of
    /// the link. What is so already changes nothing; `LinkEnded` where the link has ended, `NotFound` where the file
    /// that is to be listed is in the trash.
    async fn list_link(
        &self,
        owner: &UserId,
        slug: &Slug,
        listed: bool,
        if_match: Option<Revision>,
    ) -> Result<StoredLink>;

    /// What anyone who has the slug may see. `NotFound` if there never was such a link.
    async fn open_link(&self, slug: &Slug) -> Result<OpenedLink>;

    /// Counts one page view. Counters take no revision: they would wake every client.
    async fn count_view(&self, slug: &Slug) -> Result<()>;

    /// Counts one delivered download. Takes no revision.
    async fn count_download(&self, slug: &Slug) -> Result<()>;
}
