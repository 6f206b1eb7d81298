//! Rows and what they mean.

use notespot_protocol::{
    ByteCount, Content, Node, NodeId, NodeKind, NodeName, Revision, Sha256, Timestamp, VersionId,
};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::nodes::StoredVersion;
use crate::{MetadataError, Result};

/// What [`node`] and [`version`] read: to be followed by a `WHERE` over `n`.
pub(super) const NODES: &str = "SELECT n.id, n.parent, n.kind, n.name, n.description, n.tags, n.created_at, \
     n.modified_at, n.trashed_at, n.revision, n.sort_key, n.version, v.size, v.content_type, v.sha256, \
     v.uploaded_at, v.source_modified_at, v.object_key FROM nodes n LEFT JOIN versions v ON v.id = n.version ";

pub(super) fn node(row: &SqliteRow) -> Result<Node> {
    let is_file = row.try_get::<Option<Vec<u8>>, _>("version")?.is_some();
    Ok(Node {
        id: NodeId(uuid(row, "id")?),
        parent: parent_of(&row.try_get::<Vec<u8>, _>("parent")?)?,
        kind: kind_of(row.try_get("kind")?)?,
        name: name(row)?,
        description: row.try_get("description")?,
        tags: json(row.try_get("tags")?)?,
        content: is_file.then(|| content(row)).transpose()?,
        created_at: time(row, "created_at")?,
        modified_at: time(row, "modified_at")?,
        trashed_at: maybe_time(row, "trashed_at")?,
        revision: Revision(count(row, "revision")?),
    })
}

/// The current version of the same row; `None` for folders.
pub(super) fn version(row: &SqliteRow) -> Result<Option<StoredVersion>> {
    if row.try_get::<Option<Vec<u8>>, _>("version")?.is_none() {
        return Ok(None);
    }
    Ok(Some(StoredVersion {
        content: content(row)?,
        source_modified_at: maybe_time(row, "source_modified_at")?,
        object_key: row.try_get("object_key")?,
    }))
}

/// Of a row that has the columns of `versions`, with the id as `version`.
pub(super) fn content(row: &SqliteRow) -> Result<Content> {
    Ok(Content {
        version: VersionId(uuid(row, "version")?),
        size: ByteCount(count(row, "size")?),
        content_type: row.try_get("content_type")?,
        sha256: hash(&row.try_get::<Vec<u8>, _>("sha256")?)?,
        uploaded_at: time(row, "uploaded_at")?,
    })
}

pub(super) fn name(row: &SqliteRow) -> Result<NodeName> {
    NodeName::new(row.try_get::<String, _>("name")?).map_err(unreadable)
}

pub(super) fn uuid(row: &SqliteRow, column: &str) -> Result<Uuid> {
    Uuid::from_slice(&row.try_get::<Vec<u8>, _>(column)?).map_err(unreadable)
}

pub(super) fn time(row: &SqliteRow, column: &str) -> Result<Timestamp> {
    Ok(Timestamp::from_millis(row.try_get(column)?))
}

pub(super) fn maybe_time(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_millis))
}

/// A number that is never negative.
pub(super) fn count(row: &SqliteRow, column: &str) -> Result<u64> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(unreadable)
}

pub(super) fn hash(bytes: &[u8]) -> Result<Sha256> {
    bytes.try_into().map(Sha256::from_bytes).map_err(unreadable)
}

pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(unreadable)
}

pub(super) fn parent_of(bytes: &[u8]) -> Result<Option<NodeId>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    Uuid::from_slice(bytes).map(|id| Some(NodeId(id))).map_err(unreadable)
}

/// A parent as it is stored: the empty blob is the top level.
pub(super) fn parent_key(parent: Option<NodeId>) -> Vec<u8> {
    parent.map(|id| id.0.as_bytes().to_vec()).unwrap_or_default()
}

/// An id as it is stored.
pub(super) fn key(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

/// A size or revision as it is stored. SQLite's integers end at 2^63, sizes at 2^53.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) const FOLDER: i64 = 0;
pub(super) const FILE: i64 = 1;

fn kind_of(stored: i64) -> Result<NodeKind> {
    match stored {
        FOLDER => Ok(NodeKind::Folder),
        FILE => Ok(NodeKind::File),
        _ => Err(unreadable(UnknownKind)),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a node is neither file nor folder")]
struct UnknownKind;

/// Something in the file is not as this program writes it.
pub(super) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> MetadataError {
    MetadataError::Unavailable(Box::new(error))
}
