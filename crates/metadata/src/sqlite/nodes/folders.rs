//! Making folders.

use notespot_protocol::{NewFolder, Node, NodeId, NodeKind, Timestamp, UserId};

use super::super::names::{self, Siblings};
use super::super::{Connection, Mutation, revisions, rows, tree};
use super::by_client_ref;
use crate::{MetadataError, Result};

/// Makes a folder, or gives the one that is the answer already.
pub(super) async fn create(tx: &mut Mutation<'_>, folder: &NewFolder) -> Result<Node> {
    let owner = tx.owner();
    if let Some(made) = by_client_ref(tx, owner, folder.client_ref).await? {
        return Ok(made);
    }
    if let Some(id) = folder.id
        && was_ever_used(tx, owner, id).await?
    {
        return Err(MetadataError::ReferenceTaken);
    }
    tree::require_parent(tx, owner, folder.parent).await?;
    let siblings = Siblings { owner, parent: folder.parent, except: None };
    if folder.reuse
        && let Some((id, NodeKind::Folder)) = siblings.holder(tx, &folder.name).await?
    {
        return tree::node(tx, owner, id).await;
    }
    let name = siblings.free_name(tx, &folder.name, folder.on_conflict).await?;
    let id = folder.id.unwrap_or_else(NodeId::generate);
    let revision = revisions::next(tx).await?;
    sqlx::query(
        "INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, created_at, modified_at, \
         revision, client_ref) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)",
    )
    .bind(rows::key(id.0))
    .bind(&owner.0)
    .bind(rows::parent_key(folder.parent))
    .bind(rows::FOLDER)
    .bind(name.as_str())
    .bind(name.unique_key())
    .bind(names::sort_key(&name))
    .bind(Timestamp::now().as_millis())
    .bind(rows::integer(revision.0))
    .bind(rows::key(folder.client_ref.0))
    .execute(&mut **tx)
    .await?;
    tree::node(tx, owner, id).await
}

/// Whether any node has this id, or one of the owner's had it.
async fn was_ever_used(tx: &mut Connection, owner: &UserId, id: NodeId) -> Result<bool> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM nodes WHERE id = ?1) \
         OR EXISTS (SELECT 1 FROM tombstones WHERE node = ?1 AND +owner = ?2)",
    )
    .bind(rows::key(id.0))
    .bind(&owner.0)
    .fetch_one(tx)
    .await?;
    Ok(found)
}
