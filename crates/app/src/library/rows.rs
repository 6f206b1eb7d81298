//! Rows of nodes and links, and what they mean.

use notespot_protocol::{
    ByteCount, Content, Node, NodeId, NodeKind, NodeName, PublicLink, Revision, Sha256, Slug, Timestamp,
    VersionId,
};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::LibraryError;

pub(super) const FOLDER: i64 = 0;
pub(super) const FILE: i64 = 1;

/// What [`node`] reads, from `nodes n`.
pub(super) const NODE: &str = "n.id, n.parent, n.kind, n.name, n.description, n.tags, n.version, n.size, \
     n.content_type, n.sha256, n.uploaded_at, n.created_at, n.modified_at, n.trashed_at, n.revision";

/// How many columns those are.
pub(super) const NODE_COLUMNS: usize = 15;

/// How many columns [`LINK`] has.
pub(super) const LINK_COLUMNS: usize = 9;

/// What [`link`] reads, from `links l`.
pub(super) const LINK: &str = "l.slug, l.node, l.url, l.created_at, l.ended_at, l.views, l.downloads, l.revision, \
     coalesce(l.listed_here, l.listed)";

/// Of a row that begins with [`NODE`].
pub(super) fn node(row: &Row<'_>) -> Result<Node, LibraryError> {
    let version = maybe_uuid(row.get_ref(6)?)?;
    Ok(Node {
        id: NodeId(uuid(row.get_ref(0)?)?),
        parent: maybe_uuid(row.get_ref(1)?)?.map(NodeId),
        kind: if row.get::<_, i64>(2)? == FOLDER { NodeKind::Folder } else { NodeKind::File },
        name: NodeName::new(text(row.get_ref(3)?)?).map_err(unreadable)?,
        description: row.get(4)?,
        tags: tags(row.get_ref(5)?.as_str_or_null().map_err(unreadable)?)?,
        content: version.map(|version| content(row, VersionId(version))).transpose()?,
        created_at: Timestamp::from_millis(row.get(11)?),
        modified_at: Timestamp::from_millis(row.get(12)?),
        trashed_at: row.get::<_, Option<i64>>(13)?.map(Timestamp::from_millis),
        revision: Revision(row.get::<_, i64>(14)?.unsigned_abs()),
    })
}

fn content(row: &Row<'_>, version: VersionId) -> Result<Content, LibraryError> {
    let sha256: [u8; 32] = row.get(9)?;
    Ok(Content {
        version,
        size: ByteCount(row.get::<_, i64>(7)?.unsigned_abs()),
        content_type: row.get(8)?,
        sha256: Sha256::from_bytes(sha256),
        uploaded_at: Timestamp::from_millis(row.get(10)?),
    })
}

/// Of a row whose columns from `first` on are [`LINK`]; `None` where there is no link.
pub(super) fn link(row: &Row<'_>, first: usize) -> Result<Option<PublicLink>, LibraryError> {
    let Some(slug) = row.get::<_, Option<String>>(first)? else { return Ok(None) };
    let count = |column| row.get::<_, i64>(first + column).map(i64::unsigned_abs);
    Ok(Some(PublicLink {
        slug: slug.parse::<Slug>().map_err(unreadable)?,
        node: NodeId(uuid(row.get_ref(first + 1)?)?),
        url: row.get(first + 2)?,
        created_at: Timestamp::from_millis(row.get(first + 3)?),
        ended_at: row.get::<_, Option<i64>>(first + 4)?.map(Timestamp::from_millis),
        views: count(5)?,
        downloads: count(6)?,
        listed: row.get(first + 8)?,
        revision: Revision(count(7)?),
    }))
}

pub(super) fn kind(kind: NodeKind) -> i64 {
    if kind == NodeKind::Folder { FOLDER } else { FILE }
}

/// An id as it is stored.
pub(super) fn key(id: NodeId) -> [u8; 16] {
    id.0.into_bytes()
}

pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn uuid(value: ValueRef<'_>) -> Result<Uuid, LibraryError> {
    Uuid::from_slice(value.as_blob().map_err(unreadable)?).map_err(unreadable)
}

pub(super) fn maybe_uuid(value: ValueRef<'_>) -> Result<Option<Uuid>, LibraryError> {
    if value == ValueRef::Null { Ok(None) } else { uuid(value).map(Some) }
}

pub(super) fn text(value: ValueRef<'_>) -> Result<&str, LibraryError> {
    value.as_str().map_err(unreadable)
}

/// Most nodes have none: those have no list either.
pub(super) fn tags(stored: Option<&str>) -> Result<Vec<String>, LibraryError> {
    stored.map_or(Ok(Vec::new()), from_json)
}

/// See [`tags`].
pub(super) fn stored_tags(tags: &[String]) -> Result<Option<String>, LibraryError> {
    if tags.is_empty() { Ok(None) } else { to_json(&tags).map(Some) }
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, LibraryError> {
    serde_json::to_string(value).map_err(LibraryError::Row)
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, LibraryError> {
    serde_json::from_str(text).map_err(LibraryError::Row)
}

pub(super) fn unreadable(why: impl std::fmt::Display) -> LibraryError {
    LibraryError::Row(serde::de::Error::custom(why))
}
