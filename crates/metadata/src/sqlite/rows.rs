//! Rows and what they mean.

use notespot_protocol::{
    ByteCount, Content, Node, NodeId, NodeKind, NodeName, Revision, Sha256, Timestamp, VersionId,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Row as _};
use uuid::Uuid;

use crate::Result;
use crate::nodes::StoredVersion;
pub(super) use crate::stored::{FILE, FOLDER, integer, kind_of, unreadable};

/// What [`node`] reads, in this order: to be found by number, which for thousands of rows is worth it.
macro_rules! node_columns {
    () => {
        "SELECT n.id, n.parent, n.kind, n.name, n.description, n.tags, n.created_at, n.modified_at, n.trashed_at, \
         n.revision, n.version, n.size, n.content_type, n.sha256, n.uploaded_at"
    };
}

/// What [`node`] reads: to be followed by a `WHERE` over `n`.
pub(super) const NODES: &str = concat!(node_columns!(), " FROM nodes n ");

/// The same with the name that lists are sorted by.
pub(super) const NODES_SORTED: &str = concat!(node_columns!(), ", n.sort_key FROM nodes n ");

/// One of them, of an owner: `?1` is its id.
pub(super) const NODE: &str = concat!(node_columns!(), " FROM nodes n WHERE n.id = ?1 AND n.owner = ?2");

macro_rules! nodes_with_versions {
    () => {
        concat!(
            node_columns!(),
            ", v.source_modified_at, v.object_key FROM nodes n LEFT JOIN versions v ON v.id = n.version "
        )
    };
}

/// With what [`version`] reads.
pub(super) const NODES_WITH_VERSIONS: &str = nodes_with_versions!();

/// One of them: `?1` is its id.
pub(super) const NODE_WITH_VERSION: &str = concat!(nodes_with_versions!(), "WHERE n.id = ?1");

/// Where the version's columns begin.
const VERSION: usize = 10;

pub(super) fn node(row: &SqliteRow) -> Result<Node> {
    let is_file = row.try_get::<Option<&[u8]>, _>(VERSION)?.is_some();
    Ok(Node {
        id: NodeId(uuid(row, 0)?),
        parent: parent_of(row.try_get(1)?)?,
        kind: kind(row, 2)?,
        name: name(row, 3)?,
        description: row.try_get(4)?,
        tags: tags(row.try_get(5)?)?,
        created_at: time(row, 6)?,
        modified_at: time(row, 7)?,
        trashed_at: maybe_time(row, 8)?,
        revision: Revision(count(row, 9)?),
        content: is_file.then(|| content(row, VERSION)).transpose()?,
    })
}

/// The current version of the same row; `None` for folders.
pub(super) fn version(row: &SqliteRow) -> Result<Option<StoredVersion>> {
    match row.try_get::<Option<&[u8]>, _>(VERSION)? {
        Some(_) => Ok(Some(stored_version(row, VERSION)?)),
        None => Ok(None),
    }
}

/// Of a row that has, from this column on: id, size, media type, hash and time of a version, when its source
/// changed, and its object's key.
pub(super) fn stored_version(row: &SqliteRow, from: usize) -> Result<StoredVersion> {
    Ok(StoredVersion {
        content: content(row, from)?,
        source_modified_at: maybe_time(row, from + 5)?,
        object_key: row.try_get(from + 6)?,
    })
}

fn content(row: &SqliteRow, from: usize) -> Result<Content> {
    Ok(Content {
        version: VersionId(uuid(row, from)?),
        size: ByteCount(count(row, from + 1)?),
        content_type: row.try_get(from + 2)?,
        sha256: hash(row.try_get(from + 3)?)?,
        uploaded_at: time(row, from + 4)?,
    })
}

pub(super) fn name(row: &SqliteRow, column: impl ColumnIndex<SqliteRow>) -> Result<NodeName> {
    NodeName::new(row.try_get::<String, _>(column)?).map_err(unreadable)
}

/// Most nodes have none.
pub(super) fn tags(stored: &str) -> Result<Vec<String>> {
    if stored == "[]" { Ok(Vec::new()) } else { json(stored) }
}

pub(super) fn uuid(row: &SqliteRow, column: impl ColumnIndex<SqliteRow>) -> Result<Uuid> {
    Uuid::from_slice(row.try_get(column)?).map_err(unreadable)
}

pub(super) fn time(row: &SqliteRow, column: impl ColumnIndex<SqliteRow>) -> Result<Timestamp> {
    Ok(Timestamp::from_millis(row.try_get(column)?))
}

pub(super) fn maybe_time(row: &SqliteRow, column: impl ColumnIndex<SqliteRow>) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_millis))
}

/// A number that is never negative.
pub(super) fn count(row: &SqliteRow, column: impl ColumnIndex<SqliteRow>) -> Result<u64> {
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

pub(super) fn kind(row: &SqliteRow, column: impl ColumnIndex<SqliteRow>) -> Result<NodeKind> {
    kind_of(row.try_get(column)?)
}
