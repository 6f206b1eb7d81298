//! Renaming, moving, describing, tagging, and the way into the trash and out of it.
//!
//! Whatever is refused is refused before anything is written: in a batch, each item fails alone.

use notespot_protocol::{Node, NodeAt, NodeEdit, NodeName, NodePatch, OnConflict, Timestamp, UserId};

use super::super::names::{self, Siblings};
use super::super::{Connection, Mutation, links, revisions, rows, tree};
use super::current;
use crate::{MetadataError, Result};

pub(super) async fn edit(tx: &mut Mutation<'_>, edit: &NodeEdit) -> Result<Node> {
    let NodeEdit { id, if_match, patch } = edit;
    let owner = tx.owner();
    let before = current(tx, owner, *id, *if_match).await?;
    let parent = patch.parent.unwrap_or(before.parent);
    if parent != before.parent {
        tree::require_parent(tx, owner, parent).await?;
        if let Some(folder) = parent
            && tree::is_inside(tx, folder, *id).await?
        {
            return Err(MetadataError::WouldMakeCycle);
        }
    }
    let mut after = Node { parent, ..before.clone() };
    after.name = new_name(tx, owner, &before, patch).await?;
    after.description = patch.description.clone().unwrap_or(after.description);
    after.tags = patch.tags.clone().unwrap_or(after.tags);
    if after == before {
        return Ok(before);
    }
    after.modified_at = Timestamp::now();
    if after.name != before.name {
        links::follow_name(tx, *id, &after.name).await?;
    }
    save(tx, after).await
}

pub(super) async fn trash(tx: &mut Mutation<'_>, NodeAt { id, if_match }: NodeAt) -> Result<Node> {
    let owner = tx.owner();
    let before = current(tx, owner, id, if_match).await?;
    if before.trashed_at.is_some() {
        return Ok(before);
    }
    save(tx, Node { trashed_at: Some(Timestamp::now()), ..before }).await
}

pub(super) async fn restore(tx: &mut Mutation<'_>, NodeAt { id, if_match }: NodeAt) -> Result<Node> {
    let owner = tx.owner();
    let before = current(tx, owner, id, if_match).await?;
    if before.trashed_at.is_none() {
        return Ok(before);
    }
    let parent = tree::parent_or_top(tx, owner, before.parent).await?;
    let siblings = Siblings { owner, parent, except: Some(id) };
    let name = siblings.free_name(tx, &before.name, OnConflict::KeepBoth).await?;
    if name != before.name {
        links::follow_name(tx, id, &name).await?;
    }
    save(tx, Node { parent, name, trashed_at: None, ..before }).await
}

/// The name after the patch. In the trash, names are in nobody's way.
async fn new_name(tx: &mut Connection, owner: &UserId, before: &Node, patch: &NodePatch) -> Result<NodeName> {
    let parent = patch.parent.unwrap_or(before.parent);
    let wanted = patch.name.as_ref().unwrap_or(&before.name);
    if before.trashed_at.is_some() || (wanted == &before.name && parent == before.parent) {
        return Ok(wanted.clone());
    }
    Siblings { owner, parent, except: Some(before.id) }.free_name(tx, wanted, patch.on_conflict).await
}

/// Writes a node that exists, at the owner's next revision.
async fn save(tx: &mut Mutation<'_>, node: Node) -> Result<Node> {
    let revision = revisions::next(tx).await?;
    sqlx::query(
        "UPDATE nodes SET parent = ?2, name = ?3, unique_key = ?4, sort_key = ?5, description = ?6, tags = ?7, \
         modified_at = ?8, trashed_at = ?9, revision = ?10 WHERE id = ?1",
    )
    .bind(rows::key(node.id.0))
    .bind(rows::parent_key(node.parent))
    .bind(node.name.as_str())
    .bind(node.name.unique_key())
    .bind(names::sort_key(&node.name))
    .bind(&node.description)
    .bind(serde_json::to_string(&node.tags).map_err(rows::unreadable)?)
    .bind(node.modified_at.as_millis())
    .bind(node.trashed_at.map(Timestamp::as_millis))
    .bind(rows::integer(revision.0))
    .execute(&mut **tx)
    .await?;
    Ok(Node { revision, ..node })
}
