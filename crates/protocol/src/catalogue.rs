//! The public catalogue: files whose owners list them, for anyone to find.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{ByteCount, Cursor, NodeName, Slug, Timestamp};

/// The longest text that the catalogue is searched for, in characters.
pub const SEARCH_MAX_CHARS: usize = 100;

/// The most files of a page.
pub const CATALOGUE_PAGE_MAX: u32 = 100;

/// The query of `GET /v1/catalogue`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CatalogueQuery {
    /// Words that the file's name holds, in any order and without regard to case and accents; at most 100
    /// characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(max_length = 100)]
    pub search: Option<String>,
    /// Where the previous page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// How many at the most: 1 to 100; 50 when absent. A page of a search may have fewer, or none, and be followed by
    /// others all the same: `next` says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// A file of the public catalogue: what anyone may know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
pub struct ListedFile {
    /// Its link's slug.
    pub slug: Slug,
    /// The whole link.
    pub url: String,
    /// Its name.
    pub name: NodeName,
    /// Its length.
    pub size: ByteCount,
    /// Its media type, as the uploader stated it. Not to be trusted for display.
    pub content_type: String,
    /// The beginning of the owner's words about it: at most 300 characters.
    pub description: String,
    /// The owner's display name; empty for one who has none.
    pub shared_by: String,
    /// Since when it is listed.
    pub listed_at: Timestamp,
}
