//! Many nodes in one row.
//!
//! Each row that sqlx hands from SQLite's thread to ours wakes a thread and copies every value: for a page that
//! takes longer than to find it, and the more so the longer finding takes. So the nodes of a page come as one text.

use std::borrow::Cow;

use notespot_protocol::{ByteCount, Content, Node, NodeId, NodeName, Revision, Timestamp, VersionId};
use serde::Deserialize;
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use super::{Connection, rows};
use crate::Result;

/// A node, and what lists are sorted by.
pub(super) struct PackedNode {
    pub(super) node: Node,
    pub(super) sort_key: String,
}

/// Begins a statement for [`nodes`]: to be followed by a `WHERE` over `n`, with an order and a limit.
pub(super) fn select() -> QueryBuilder<Sqlite> {
    QueryBuilder::new(
        "SELECT json_group_array(json_array(hex(id), hex(parent), kind, name, description, tags, created_at, \
         modified_at, trashed_at, revision, size, hex(version), content_type, hex(sha256), uploaded_at, sort_key)) \
         FROM (SELECT n.id, n.parent, n.kind, n.name, n.description, n.tags, n.created_at, n.modified_at, \
         n.trashed_at, n.revision, n.size, n.version, n.content_type, n.sha256, n.uploaded_at, n.sort_key \
         FROM nodes n ",
    )
}

/// What the statement finds, in its order. Memory: that of the nodes, twice.
pub(super) async fn nodes(
    connection: &mut Connection,
    mut select: QueryBuilder<Sqlite>,
) -> Result<Vec<PackedNode>> {
    let found: String = select.push(") AS found").build_query_scalar().fetch_one(connection).await?;
    let found: Vec<Packed<'_>> = serde_json::from_str(&found).map_err(rows::unreadable)?;
    found.into_iter().map(Packed::unpack).collect()
}

/// The columns, in the order of the statement. Ids and hashes are hexadecimal, and empty where there is none.
#[derive(Deserialize)]
struct Packed<'a> {
    id: &'a str,
    parent: &'a str,
    kind: i64,
    name: String,
    description: String,
    #[serde(borrow)]
    tags: Cow<'a, str>,
    created_at: i64,
    modified_at: i64,
    trashed_at: Option<i64>,
    revision: u64,
    size: u64,
    version: &'a str,
    content_type: Option<String>,
    sha256: &'a str,
    uploaded_at: Option<i64>,
    sort_key: String,
}

impl Packed<'_> {
    fn unpack(self) -> Result<PackedNode> {
        let content = match (self.content_type, self.uploaded_at) {
            (Some(content_type), Some(uploaded_at)) => Some(Content {
                version: VersionId(uuid(self.version)?),
                size: ByteCount(self.size),
                content_type,
                sha256: self.sha256.parse().map_err(rows::unreadable)?,
                uploaded_at: Timestamp::from_millis(uploaded_at),
            }),
            _ => None,
        };
        let node = Node {
            id: NodeId(uuid(self.id)?),
            parent: if self.parent.is_empty() { None } else { Some(NodeId(uuid(self.parent)?)) },
            kind: rows::kind_of(self.kind)?,
            name: NodeName::new(self.name).map_err(rows::unreadable)?,
            description: self.description,
            tags: rows::tags(&self.tags)?,
            content,
            created_at: Timestamp::from_millis(self.created_at),
            modified_at: Timestamp::from_millis(self.modified_at),
            trashed_at: self.trashed_at.map(Timestamp::from_millis),
            revision: Revision(self.revision),
        };
        Ok(PackedNode { node, sort_key: self.sort_key })
    }
}

fn uuid(hexadecimal: &str) -> Result<Uuid> {
    Uuid::try_parse(hexadecimal).map_err(rows::unreadable)
}
