//! Files and folders: making, changing, copying, trashing, deleting.

mod copies;
mod deletes;
mod edits;
mod folders;

use async_trait::async_trait;
use notespot_protocol::{
    ClientRef, CopyNode, EmptiedTrash, NewFolder, Node, NodeAt, NodeEdit, NodeId, NodesQuery, Page, Revision,
    Timestamp, UserId, VersionId,
};
use sqlx::QueryBuilder;

use super::{Connection, SqliteMetadata, alone, listing, rows, stored_versions, tree};
use crate::nodes::{DELETED_AT_ONCE, Nodes, StoredVersion};
use crate::{MetadataError, Result};

#[async_trait]
impl Nodes for SqliteMetadata {
    async fn node(&self, owner: &UserId, id: NodeId) -> Result<Node> {
        self.quick.now(|connection| tree::node_now(connection, owner, id)).await
    }

    async fn list_nodes(&self, owner: &UserId, query: &NodesQuery) -> Result<Page<Node>> {
        let (owner, query) = (owner.clone(), query.clone());
        self.quick.page(move |connection| listing::page(connection, &owner, &query)).await
    }

    async fn create_folder(&self, owner: &UserId, folder: &NewFolder) -> Result<Node> {
        let mut tx = self.change(owner).await?;
        let made = folders::create(&mut tx, folder).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn edit_nodes(&self, owner: &UserId, edits: &[NodeEdit]) -> Result<Vec<Result<Node>>> {
        let mut tx = self.change(owner).await?;
        let mut edited = Vec::with_capacity(edits.len());
        for edit in edits {
            edited.push(alone(edits::edit(&mut tx, edit).await)?);
        }
        tx.commit().await?;
        Ok(edited)
    }

    async fn trash_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>> {
        let mut tx = self.change(owner).await?;
        let mut trashed = Vec::with_capacity(nodes.len());
        for node in nodes {
            trashed.push(alone(edits::trash(&mut tx, *node).await)?);
        }
        tx.commit().await?;
        Ok(trashed)
    }

    async fn restore_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>> {
        let mut tx = self.change(owner).await?;
        let mut restored = Vec::with_capacity(nodes.len());
        for node in nodes {
            restored.push(alone(edits::restore(&mut tx, *node).await)?);
        }
        tx.commit().await?;
        Ok(restored)
    }

    async fn delete_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<()>>> {
        let mut outcomes = Vec::with_capacity(nodes.len());
        while outcomes.len() < nodes.len() {
            let mut tx = self.change(owner).await?;
            outcomes.extend(deletes::some_of(&mut tx, &nodes[outcomes.len()..], DELETED_AT_ONCE).await?);
            tx.commit().await?;
        }
        Ok(outcomes)
    }

    async fn empty_trash(&self, owner: &UserId) -> Result<EmptiedTrash> {
        let mut tx = self.change(owner).await?;
        let emptied = deletes::some_trash(&mut tx, DELETED_AT_ONCE).await?;
        tx.commit().await?;
        Ok(emptied)
    }

    async fn sweep_trash(&self, before: Timestamp) -> Result<EmptiedTrash> {
        let mut reader = self.readers.acquire().await?;
        let due = deletes::due(&mut reader, before).await?;
        drop(reader);
        let mut left = DELETED_AT_ONCE;
        for (owner, ids) in &due.of_owners {
            let mut tx = self.change(owner).await?;
            left -= deletes::still_due(&mut tx, ids, before, left).await?;
            tx.commit().await?;
            if left == 0 {
                break;
            }
        }
        let deleted = u32::try_from(DELETED_AT_ONCE - left).unwrap_or(u32::MAX);
        Ok(EmptiedTrash { deleted, more: left == 0 || due.more })
    }

    async fn copy_nodes(&self, owner: &UserId, copies: &[CopyNode]) -> Result<Vec<Result<Node>>> {
        let mut tx = self.change(owner).await?;
        let made = copies::all(&mut tx, copies).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn stored_versions(
        &self,
        owner: &UserId,
        asked: &[(NodeId, Option<VersionId>)],
    ) -> Result<Vec<Result<(Node, StoredVersion)>>> {
        stored_versions::all(&mut *self.snapshot().await?, owner, asked).await
    }
}

/// The node, if it is at the revision that the caller knows.
async fn current(
    tx: &mut Connection,
    owner: &UserId,
    id: NodeId,
    if_match: Option<Revision>,
) -> Result<Node> {
    let node = tree::node(tx, owner, id).await?;
    match if_match {
        Some(known) if known != node.revision => Err(MetadataError::Stale { current: node.revision }),
        _ => Ok(node),
    }
}

/// What was made with this reference.
async fn by_client_ref(tx: &mut Connection, owner: &UserId, client_ref: ClientRef) -> Result<Option<Node>> {
    let row = QueryBuilder::new(rows::NODES)
        .push("WHERE n.owner = ")
        .push_bind(&owner.0)
        .push(" AND n.client_ref = ")
        .push_bind(rows::key(client_ref.0))
        .build()
        .fetch_optional(tx)
        .await?;
    row.as_ref().map(rows::node).transpose()
}
