//! Where the bytes of many files are.

use std::collections::HashMap;

use mongodb::bson::doc;
use notespot_protocol::{Node, NodeId, UserId, VersionId};

use super::collections::Collections;
use super::connection::{Connection, Find};
use super::rows::{self, NodeRow, VersionRow};
use crate::nodes::StoredVersion;
use crate::{MetadataError, Result};

/// Nodes in one query, current versions in another. Versions that are not the current ones cost one more each.
pub(super) async fn all(
    connection: &mut Connection,
    owner: &UserId,
    asked: &[(NodeId, Option<VersionId>)],
) -> Result<Vec<Result<(Node, StoredVersion)>>> {
    let nodes = nodes(connection, owner, asked).await?;
    let current = current_versions(connection, owner, nodes.values()).await?;
    let mut versions = Vec::with_capacity(asked.len());
    for (id, version) in asked {
        versions.push(match nodes.get(id) {
            None => Err(MetadataError::NotFound),
            Some(row) => match &row.content {
                None => Err(MetadataError::WrongKind),
                Some(content) => {
                    let newest = VersionId(rows::uuid(content.version));
                    let wanted = version.unwrap_or(newest);
                    let stored = match current.get(&wanted) {
                        Some(stored) if wanted == newest => Some(stored.clone()),
                        _ => one(connection, owner, *id, wanted).await?,
                    };
                    read(row, stored)
                }
            },
        });
    }
    Ok(versions)
}

/// One that cannot be read is in nobody else's way.
fn read(row: &NodeRow, stored: Option<VersionRow>) -> Result<(Node, StoredVersion)> {
    let stored = stored.ok_or(MetadataError::NotFound)?.stored()?;
    Ok((row.clone().node()?, stored))
}

/// Those of them that are the owner's.
async fn nodes(
    connection: &mut Connection,
    owner: &UserId,
    asked: &[(NodeId, Option<VersionId>)],
) -> Result<HashMap<NodeId, NodeRow>> {
    let ids = rows::ids(asked.iter().map(|(id, _)| id));
    let find = Find::new(doc! { "_id": { "$in": ids }, "owner": &owner.0 }).limit(asked.len());
    let found = connection.find(Collections::nodes, find).await?;
    Ok(found.into_iter().map(|row| (row.node_id(), row)).collect())
}

async fn current_versions(
    connection: &mut Connection,
    owner: &UserId,
    nodes: impl Iterator<Item = &NodeRow>,
) -> Result<HashMap<VersionId, VersionRow>> {
    let ids: Vec<_> = nodes.filter_map(|row| Some(row.content.as_ref()?.version)).collect();
    let how_many = ids.len();
    let find = Find::new(doc! { "_id": { "$in": ids }, "owner": &owner.0 }).limit(how_many);
    let found = connection.find(Collections::versions, find).await?;
    Ok(found.into_iter().map(|row| (VersionId(rows::uuid(row.id)), row)).collect())
}

/// A version of this file.
async fn one(
    connection: &mut Connection,
    owner: &UserId,
    node: NodeId,
    version: VersionId,
) -> Result<Option<VersionRow>> {
    let filter = doc! { "_id": rows::id(version.0), "owner": &owner.0, "node": rows::id(node.0) };
    connection.find_one(Collections::versions, filter).await
}
