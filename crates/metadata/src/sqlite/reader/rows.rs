//! Rows and what they mean: as [`rows`](super::super::rows), of what is read here.

use notespot_protocol::{ByteCount, Content, Node, NodeId, NodeName, Revision, Timestamp, UserId, VersionId};
use rusqlite::Row;
use uuid::Uuid;

use super::super::rows::{hash, kind_of, parent_of, tags, unreadable};
use crate::Result;
use crate::links::StoredLink;

/// Of a row of [`NODES`](super::super::rows::NODES).
pub(in crate::sqlite) fn node(row: &Row<'_>) -> Result<Node> {
    let content = match maybe_blob(row, 10)? {
        Some(version) => Some(Content {
            version: VersionId(Uuid::from_slice(version).map_err(unreadable)?),
            size: ByteCount(number(row, 11)?),
            content_type: text(row, 12)?.to_owned(),
            sha256: hash(blob(row, 13)?)?,
            uploaded_at: time(row, 14)?,
        }),
        None => None,
    };
    Ok(Node {
        id: NodeId(uuid(row, 0)?),
        parent: parent_of(blob(row, 1)?)?,
        kind: kind_of(row.get(2)?)?,
        name: NodeName::new(text(row, 3)?).map_err(unreadable)?,
        description: text(row, 4)?.to_owned(),
        tags: tags(text(row, 5)?)?,
        created_at: time(row, 6)?,
        modified_at: time(row, 7)?,
        trashed_at: maybe_time(row, 8)?,
        revision: revision(row, 9)?,
        content,
    })
}

/// Of a row of [`LINKS`](super::super::links::LINKS).
pub(in crate::sqlite) fn link(row: &Row<'_>) -> Result<StoredLink> {
    Ok(StoredLink {
        slug: text(row, 0)?.parse().map_err(unreadable)?,
        owner: UserId(text(row, 1)?.to_owned()),
        node: NodeId(uuid(row, 2)?),
        created_at: time(row, 3)?,
        ended_at: maybe_time(row, 4)?,
        views: number(row, 5)?,
        downloads: number(row, 6)?,
        listed: maybe_time(row, 7)?.is_some(),
        revision: revision(row, 8)?,
    })
}

pub(in crate::sqlite) fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str> {
    row.get_ref(column)?.as_str().map_err(unreadable)
}

/// A number that is never negative.
pub(in crate::sqlite) fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(unreadable)
}

pub(in crate::sqlite) fn revision(row: &Row<'_>, column: usize) -> Result<Revision> {
    Ok(Revision(number(row, column)?))
}

pub(in crate::sqlite) fn uuid(row: &Row<'_>, column: usize) -> Result<Uuid> {
    Uuid::from_slice(blob(row, column)?).map_err(unreadable)
}

fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8]> {
    row.get_ref(column)?.as_blob().map_err(unreadable)
}

fn maybe_blob<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a [u8]>> {
    row.get_ref(column)?.as_blob_or_null().map_err(unreadable)
}

fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    Ok(Timestamp::from_millis(row.get(column)?))
}

pub(in crate::sqlite) fn maybe_time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}
