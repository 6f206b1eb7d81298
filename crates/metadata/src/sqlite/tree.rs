//! Folders above and below a node.

use std::collections::HashSet;

use notespot_protocol::{Node, NodeId, UserId};
use sqlx::QueryBuilder;

use super::{Connection, reader, rows};
use crate::{MetadataError, Result};

/// That no folder above `n` was moved to the trash: with `n.trashed_at IS NULL`, that `n` lives.
pub(super) const NOTHING_ABOVE_IS_TRASHED: &str = "NOT EXISTS (\
     WITH RECURSIVE above (parent, trashed_at) AS (\
         SELECT p.parent, p.trashed_at FROM nodes p WHERE p.id = n.parent \
         UNION ALL SELECT p.parent, p.trashed_at FROM nodes p JOIN above a ON p.id = a.parent) \
     SELECT 1 FROM above WHERE trashed_at IS NOT NULL)";

/// One of the owner's nodes, as it was committed last.
pub(super) fn node_now(connection: &rusqlite::Connection, owner: &UserId, id: NodeId) -> Result<Node> {
    let mut statement = reader::statement(connection, rows::NODE)?;
    let mut found = statement.query((id.0.as_bytes(), &owner.0))?;
    reader::node(found.next()?.ok_or(MetadataError::NotFound)?)
}

/// One of the owner's nodes.
pub(super) async fn node(connection: &mut Connection, owner: &UserId, id: NodeId) -> Result<Node> {
    let row = QueryBuilder::new(rows::NODES)
        .push("WHERE n.id = ")
        .push_bind(rows::key(id.0))
        .push(" AND n.owner = ")
        .push_bind(&owner.0)
        .build()
        .fetch_optional(connection)
        .await?;
    rows::node(&row.ok_or(MetadataError::NotFound)?)
}

/// Whether something was moved to the trash of the node `?1` and the folders above it.
const IS_DEAD: &str = "WITH RECURSIVE up (parent, trashed_at) AS (\
     SELECT parent, trashed_at FROM nodes WHERE id = ?1 \
     UNION ALL SELECT n.parent, n.trashed_at FROM nodes n JOIN up ON n.id = up.parent) \
     SELECT EXISTS (SELECT 1 FROM up WHERE trashed_at IS NOT NULL)";

/// As [`lives`], of what was committed last.
pub(super) fn lives_now(connection: &rusqlite::Connection, id: NodeId) -> Result<bool> {
    let dead: bool =
        reader::statement(connection, IS_DEAD)?.query_row([id.0.as_bytes()], |row| row.get(0))?;
    Ok(!dead)
}

/// Whether neither the node nor any folder above it was moved to the trash.
pub(super) async fn lives(connection: &mut Connection, id: NodeId) -> Result<bool> {
    let dead: bool = sqlx::query_scalar(IS_DEAD).bind(rows::key(id.0)).fetch_one(connection).await?;
    Ok(!dead)
}

/// Which of them are living folders of the owner, all in one query: each one that sqlx runs costs two switches
/// of threads.
pub(super) async fn living_folders(
    connection: &mut Connection,
    owner: &UserId,
    asked: &HashSet<NodeId>,
) -> Result<HashSet<NodeId>> {
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    // By id alone: with an index of the owner's, SQLite may read all that the owner has.
    let mut select = QueryBuilder::new(
        "WITH RECURSIVE up (folder, parent) AS (\
         SELECT n.id, n.parent FROM nodes n WHERE n.trashed_at IS NULL AND +n.owner = ",
    );
    select.push_bind(&owner.0).push(" AND +n.kind = ").push_bind(rows::FOLDER).push(" AND n.id IN (");
    let mut ids = select.separated(", ");
    for id in asked {
        ids.push_bind(rows::key(id.0));
    }
    // Those that come to the top, past nothing that was trashed.
    select.push(
        ") UNION ALL SELECT up.folder, n.parent FROM nodes n JOIN up ON n.id = up.parent \
         WHERE n.trashed_at IS NULL) SELECT folder FROM up WHERE parent = x''",
    );
    let found = select.build().persistent(asked.len() == 1).fetch_all(connection).await?;
    found.iter().map(|row| rows::uuid(row, "folder").map(NodeId)).collect()
}

/// Refuses a parent that is no living folder of the owner.
pub(super) async fn require_parent(
    connection: &mut Connection,
    owner: &UserId,
    parent: Option<NodeId>,
) -> Result<()> {
    let Some(id) = parent else { return Ok(()) };
    let living = living_folders(connection, owner, &HashSet::from([id])).await?;
    if living.contains(&id) { Ok(()) } else { Err(MetadataError::NoSuchParent) }
}

/// The parent, or the top level where it is no living folder any more.
pub(super) async fn parent_or_top(
    connection: &mut Connection,
    owner: &UserId,
    parent: Option<NodeId>,
) -> Result<Option<NodeId>> {
    match require_parent(connection, owner, parent).await {
        Ok(()) => Ok(parent),
        Err(MetadataError::NoSuchParent) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether `folder` is `node` or lies somewhere inside it.
pub(super) async fn is_inside(connection: &mut Connection, folder: NodeId, node: NodeId) -> Result<bool> {
    let found = sqlx::query_scalar(
        "WITH RECURSIVE up (id, parent) AS (\
             SELECT id, parent FROM nodes WHERE id = ?1 \
             UNION ALL SELECT n.id, n.parent FROM nodes n JOIN up ON n.id = up.parent) \
         SELECT EXISTS (SELECT 1 FROM up WHERE id = ?2)",
    )
    .bind(rows::key(folder.0))
    .bind(rows::key(node.0))
    .fetch_one(connection)
    .await?;
    Ok(found)
}
