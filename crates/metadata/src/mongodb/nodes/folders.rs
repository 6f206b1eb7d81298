//! Making folders.

use mongodb::bson::doc;
use notespot_protocol::{NewFolder, Node, NodeId, NodeKind, Timestamp};

use super::super::collections::Collections;
use super::super::names::Siblings;
use super::super::rows::NodeRow;
use super::super::{Connection, Mutation, failure, rows, tree};
use super::by_client_ref;
use crate::{MetadataError, Result};

/// Whether any node has this id, of whichever owner. The index of one shard keeps an id from being used twice
/// there; this asks all of them.
pub(super) async fn is_used_by_anybody(reader: &mut Connection, id: Option<NodeId>) -> Result<bool> {
    match id {
        Some(id) => reader.exists(Collections::nodes, doc! { "_id": rows::id(id.0) }).await,
        None => Ok(false),
    }
}

/// Makes a folder, or gives the one that is the answer already.
pub(super) async fn create(
    tx: &mut Mutation<'_>,
    folder: &NewFolder,
    id: NodeId,
    is_taken: bool,
) -> Result<Node> {
    let owner = tx.owner();
    if let Some(made) = by_client_ref(tx, owner, folder.client_ref).await? {
        return Ok(made);
    }
    let had = doc! { "owner": &owner.0, "node": rows::id(id.0) };
    if is_taken || folder.id.is_some() && tx.exists(Collections::tombstones, had).await? {
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
    let now = Timestamp::now();
    let node = Node {
        id,
        parent: folder.parent,
        kind: NodeKind::Folder,
        name,
        description: String::new(),
        tags: Vec::new(),
        content: None,
        created_at: now,
        modified_at: now,
        trashed_at: None,
        revision: tx.next_revision(),
    };
    let row = NodeRow::new(owner, &node).made_with(folder.client_ref);
    match tx.insert(Collections::nodes, &[row]).await {
        // Names and references are free: somebody else took the id in this moment.
        Err(error) if failure::is_duplicate(&error) => Err(MetadataError::ReferenceTaken),
        inserted => inserted.map(|()| node),
    }
}
