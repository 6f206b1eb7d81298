//! Public links.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ByteCount, NodeId, NodeName, Revision, Sha256, Slug, Timestamp};

/// A link that lets anyone who has it read one node. As its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
pub struct PublicLink {
    /// The unguessable part.
    pub slug: Slug,
    /// The whole link, ready to be sent to somebody.
    pub url: String,
    /// What it opens.
    pub node: NodeId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its owner ended it; `null` while it works. An ended link never works again.
    pub ended_at: Option<Timestamp>,
    /// How often its page was opened by a person's browser.
    #[specta(type = u32)]
    pub views: u64,
    /// How often the file was delivered to its last byte.
    #[specta(type = u32)]
    pub downloads: u64,
    /// Whether the public catalogue lists its file, for as long as the link works.
    pub listed: bool,
    /// The revision of its last change.
    pub revision: Revision,
}

/// Asks for the public link of a node. When there is a living one, it is the answer; but a slug that was made ahead
/// gets its link in any case, because it was given to somebody. Ending one link of a node ends them all.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewLink {
    /// What to open.
    pub node: NodeId,
    /// A slug that the client made ahead, for a link that was made offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<Slug>,
}

/// Changes to a public link. What is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkPatch {
    /// Whether the public catalogue lists the file. Holds for every link of the file: it is listed once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
}

/// What anyone who has the link learns: `GET /v1/public/{slug}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicFile {
    /// The link's slug.
    pub slug: Slug,
    /// The file's name.
    pub name: NodeName,
    /// The owner's words about it.
    pub description: String,
    /// Its length.
    pub size: ByteCount,
    /// Its media type, as the uploader stated it.
    pub content_type: String,
    /// Of the whole content.
    pub sha256: Sha256,
    /// The owner's display name; empty for one who has none.
    pub shared_by: String,
    /// When the content was published.
    pub uploaded_at: Timestamp,
    /// How often the file was delivered to its last byte.
    pub downloads: u64,
    /// Where the bytes are: an absolute URL.
    pub download_url: String,
}
