//! Where the bytes of many files are.

use std::collections::HashMap;

use notespot_protocol::{Node, NodeId, UserId, VersionId};
use sqlx::QueryBuilder;

use super::{Connection, rows};
use crate::nodes::StoredVersion;
use crate::{MetadataError, Result};

/// A node with its current version, or why it cannot be read: that is in nobody else's way.
type Found = std::result::Result<(Node, Option<StoredVersion>), String>;

/// All in one query: each one that sqlx runs costs two switches of threads. Versions that are not the current
/// ones cost one more each.
pub(super) async fn all(
    connection: &mut Connection,
    owner: &UserId,
    asked: &[(NodeId, Option<VersionId>)],
) -> Result<Vec<Result<(Node, StoredVersion)>>> {
    let nodes = nodes(connection, owner, asked).await?;
    let mut versions = Vec::with_capacity(asked.len());
    for (id, version) in asked {
        versions.push(match (nodes.get(id), version) {
            (None, _) => Err(MetadataError::NotFound),
            (Some(Err(unreadable)), _) => Err(MetadataError::Unavailable(unreadable.clone().into())),
            (Some(Ok((_, None))), _) => Err(MetadataError::WrongKind),
            (Some(Ok((node, Some(current)))), Some(wanted)) if *wanted != current.content.version => {
                let earlier = one(connection, *id, *wanted).await?;
                earlier.map(|earlier| (node.clone(), earlier)).ok_or(MetadataError::NotFound)
            }
            (Some(Ok((node, Some(current)))), _) => Ok((node.clone(), current.clone())),
        });
    }
    Ok(versions)
}

/// Those of them that are the owner's, with their current versions.
async fn nodes(
    connection: &mut Connection,
    owner: &UserId,
    asked: &[(NodeId, Option<VersionId>)],
) -> Result<HashMap<NodeId, Found>> {
    // By id alone: with an index of the owner's, SQLite may read all that the owner has.
    let mut select = QueryBuilder::new(rows::NODES_WITH_VERSIONS);
    select.push("WHERE +n.owner = ").push_bind(&owner.0).push(" AND n.id IN (");
    let mut ids = select.separated(", ");
    for (id, _) in asked {
        ids.push_bind(rows::key(id.0));
    }
    let found = select.push(")").build().persistent(asked.len() == 1).fetch_all(connection).await?;
    found
        .iter()
        .map(|row| {
            let read = || Ok((rows::node(row)?, rows::version(row)?));
            let found = read().map_err(|error: MetadataError| error.to_string());
            Ok((NodeId(rows::uuid(row, "id")?), found))
        })
        .collect()
}

/// A version of this file.
async fn one(connection: &mut Connection, node: NodeId, version: VersionId) -> Result<Option<StoredVersion>> {
    let row = sqlx::query(
        "SELECT id, size, content_type, sha256, uploaded_at, source_modified_at, object_key FROM versions \
         WHERE id = ?1 AND node = ?2",
    )
    .bind(rows::key(version.0))
    .bind(rows::key(node.0))
    .fetch_optional(connection)
    .await?;
    row.map(|row| rows::stored_version(&row, 0)).transpose()
}
