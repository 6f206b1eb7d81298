//! The public catalogue.

pub(crate) mod place;

use async_trait::async_trait;
use notespot_protocol::{ByteCount, CatalogueQuery, NodeName, Page, Slug, Timestamp};

use crate::Result;

/// A file that is listed. The server adds the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Its oldest living link.
    pub slug: Slug,
    /// Its name.
    pub name: NodeName,
    /// The length of its current content.
    pub size: ByteCount,
    /// The media type of its current content.
    pub content_type: String,
    /// At most the first 300 characters.
    pub description: String,
    /// The owner's display name; empty where there is none but the e-mail address.
    pub owner_name: String,
    /// Since when it is listed.
    pub listed_at: Timestamp,
}

/// The public catalogue: of all owners, for anybody.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// One page, what was listed last first: each living file with a living link that is listed, once.
    ///
    /// A page looks at 1,000 entries at the most, whatever is searched for: where it found fewer than were asked for,
    /// its cursor goes on from the last one that it looked at. So a page may be empty and not the last.
    /// `BadCursor` for a cursor that is none.
    async fn catalogue(&self, query: &CatalogueQuery) -> Result<Page<CatalogueEntry>>;
}
