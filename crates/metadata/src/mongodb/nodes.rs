//! Files and folders: making, changing, copying, trashing, deleting.

mod bury;
mod copies;
mod deletes;
mod edits;
mod folders;
mod walk;

use async_trait::async_trait;
use mongodb::bson::doc;
use notespot_protocol::{
    ClientRef, CopyNode, EmptiedTrash, NewFolder, Node, NodeAt, NodeEdit, NodeId, NodesQuery, Page, Revision,
    Timestamp, UserId, VersionId,
};

use super::collections::Collections;
use super::rows::NodeRow;
use super::{Connection, MongoMetadata, listing, retried, rows, stored_versions, tree};
use crate::error::alone;
use crate::nodes::{DELETED_AT_ONCE, Nodes, StoredVersion};
use crate::{MetadataError, Result};

#[async_trait]
impl Nodes for MongoMetadata {
    async fn node(&self, owner: &UserId, id: NodeId) -> Result<Node> {
        tree::node(&mut self.reader(), owner, id).await
    }

    async fn list_nodes(&self, owner: &UserId, query: &NodesQuery) -> Result<Page<Node>> {
        retried!(tx = self.transaction(); listing::page(&mut tx, owner, query))
    }

    async fn create_folder(&self, owner: &UserId, folder: &NewFolder) -> Result<Node> {
        // Of any owner: beside the transaction, which is one shard's.
        let is_taken = folders::is_used_by_anybody(&mut self.reader(), folder.id).await?;
        let id = folder.id.unwrap_or_else(NodeId::generate);
        retried!(tx = self.change(owner); folders::create(&mut tx, folder, id, is_taken))
    }

    async fn edit_nodes(&self, owner: &UserId, edits: &[NodeEdit]) -> Result<Vec<Result<Node>>> {
        retried!(tx = self.change(owner); edits::edit_all(&mut tx, edits))
    }

    async fn trash_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>> {
        retried!(tx = self.change(owner); edits::trash_all(&mut tx, nodes))
    }

    async fn restore_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<Node>>> {
        retried!(tx = self.change(owner); edits::restore_all(&mut tx, nodes))
    }

    async fn delete_nodes(&self, owner: &UserId, nodes: &[NodeAt]) -> Result<Vec<Result<()>>> {
        let mut outcomes = Vec::with_capacity(nodes.len());
        while outcomes.len() < nodes.len() {
            let rest = &nodes[outcomes.len()..];
            outcomes
                .extend(retried!(tx = self.change(owner); deletes::some_of(&mut tx, rest, DELETED_AT_ONCE))?);
        }
        Ok(outcomes)
    }

    async fn empty_trash(&self, owner: &UserId) -> Result<EmptiedTrash> {
        retried!(tx = self.change(owner); deletes::some_trash(&mut tx, DELETED_AT_ONCE))
    }

    async fn sweep_trash(&self, before: Timestamp) -> Result<EmptiedTrash> {
        self.finish_all_erasing().await?;
        let due = deletes::due(&mut self.reader(), before).await?;
        let mut left = DELETED_AT_ONCE;
        let mut more = due.more;
        for (owner, ids) in &due.of_owners {
            let swept = retried!(tx = self.change(owner); deletes::still_due(&mut tx, ids, before, left));
            let (gone, is_too_much) = match swept {
                // The owner is gone by now, and all with them.
                Err(MetadataError::NotFound) => (0, false),
                swept => swept?,
            };
            left -= gone;
            more = more || is_too_much;
            if left == 0 {
                break;
            }
        }
        let deleted = u32::try_from(DELETED_AT_ONCE - left).unwrap_or(u32::MAX);
        Ok(EmptiedTrash { deleted, more: left == 0 || more })
    }

    async fn copy_nodes(&self, owner: &UserId, copies: &[CopyNode]) -> Result<Vec<Result<Node>>> {
        retried!(tx = self.change(owner); copies::all(&mut tx, copies))
    }

    async fn stored_versions(
        &self,
        owner: &UserId,
        asked: &[(NodeId, Option<VersionId>)],
    ) -> Result<Vec<Result<(Node, StoredVersion)>>> {
        retried!(tx = self.transaction(); stored_versions::all(&mut tx, owner, asked))
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
    let filter = doc! { "owner": &owner.0, "client_ref": rows::id(client_ref.0) };
    tx.find_one(Collections::nodes, filter).await?.map(NodeRow::node).transpose()
}
