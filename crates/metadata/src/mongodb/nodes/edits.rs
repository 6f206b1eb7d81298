//! Renaming, moving, describing, tagging, and the way into the trash and out of it.
//!
//! Whatever is refused is refused before anything is written: in a batch, each item fails alone.

use mongodb::bson::{Document, doc};
use notespot_protocol::{Node, NodeAt, NodeEdit, NodeName, NodePatch, OnConflict, Timestamp, UserId};

use super::super::collections::Collections;
use super::super::names::Siblings;
use super::super::{Connection, Mutation, links, rows, tree};
use super::{alone, current};
use crate::stored::integer;
use crate::{MetadataError, Result, naming};

pub(super) async fn edit_all(tx: &mut Mutation<'_>, edits: &[NodeEdit]) -> Result<Vec<Result<Node>>> {
    let mut edited = Vec::with_capacity(edits.len());
    for one in edits {
        edited.push(alone(edit(tx, one).await)?);
    }
    Ok(edited)
}

pub(super) async fn trash_all(tx: &mut Mutation<'_>, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>> {
    let mut trashed = Vec::with_capacity(nodes.len());
    for node in nodes {
        trashed.push(alone(trash(tx, *node).await)?);
    }
    Ok(trashed)
}

pub(super) async fn restore_all(tx: &mut Mutation<'_>, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>> {
    let mut restored = Vec::with_capacity(nodes.len());
    for node in nodes {
        restored.push(alone(restore(tx, *node).await)?);
    }
    Ok(restored)
}

async fn edit(tx: &mut Mutation<'_>, edit: &NodeEdit) -> Result<Node> {
    let NodeEdit { id, if_match, patch } = edit;
    let owner = tx.owner();
    let before = current(tx, owner, *id, *if_match).await?;
    let parent = patch.parent.unwrap_or(before.parent);
    if parent != before.parent {
        tree::require_parent(tx, owner, parent).await?;
        if let Some(folder) = parent
            && tree::is_inside(tx, owner, folder, *id).await?
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
        links::follow_name(tx, owner, *id, &after.name).await?;
    }
    save(tx, after).await
}

async fn trash(tx: &mut Mutation<'_>, NodeAt { id, if_match }: NodeAt) -> Result<Node> {
    let owner = tx.owner();
    let before = current(tx, owner, id, if_match).await?;
    if before.trashed_at.is_some() {
        return Ok(before);
    }
    save(tx, Node { trashed_at: Some(Timestamp::now()), ..before }).await
}

async fn restore(tx: &mut Mutation<'_>, NodeAt { id, if_match }: NodeAt) -> Result<Node> {
    let owner = tx.owner();
    let before = current(tx, owner, id, if_match).await?;
    if before.trashed_at.is_none() {
        return Ok(before);
    }
    let parent = tree::parent_or_top(tx, owner, before.parent).await?;
    let siblings = Siblings { owner, parent, except: Some(id) };
    let name = siblings.free_name(tx, &before.name, OnConflict::KeepBoth).await?;
    if name != before.name {
        links::follow_name(tx, owner, id, &name).await?;
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
    let revision = tx.next_revision();
    let filter = doc! { "_id": rows::id(node.id.0), "owner": &tx.owner().0 };
    let mut set = doc! {
        "parent": rows::parent(node.parent), "name": node.name.as_str(), "unique_key": node.name.unique_key(),
        "sort_key": naming::sort_key(&node.name), "description": &node.description, "tags": &node.tags,
        "modified_at": rows::time(node.modified_at), "revision": integer(revision.0),
    };
    let unset: Document = if let Some(at) = node.trashed_at {
        set.insert("trashed_at", rows::time(at));
        doc! { "untrashed": "" }
    } else {
        set.insert("untrashed", true);
        doc! { "trashed_at": "" }
    };
    tx.update_one(Collections::nodes, filter, doc! { "$set": set, "$unset": unset }).await?;
    tx.above.remove(&node.id);
    Ok(Node { revision, ..node })
}
