//! Many files and folders in one call: at most 1,000, each of which succeeds or fails alone.

use notespot_protocol::{Batch, BatchItem, CopyNode, EmptiedTrash, Node, NodeAt, NodeEdit, NodeId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ApiClient, Call};
use crate::ClientError;

impl ApiClient {
    /// Changes nodes, in the order given; each sees those before it. Repeated only where no item has an
    /// `if_match`: the second time would be refused as stale.
    pub async fn edit_nodes(&self, edits: Vec<NodeEdit>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        let is_repeatable = edits.iter().all(|edit| edit.if_match.is_none());
        self.send_batch("/v1/nodes/edit", edits, is_repeatable).await
    }

    /// Moves nodes to the trash. Repeated as [`edit_nodes`](Self::edit_nodes) is.
    pub async fn trash_nodes(&self, nodes: Vec<NodeAt>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        let is_repeatable = nodes.iter().all(|node| node.if_match.is_none());
        self.send_batch("/v1/nodes/trash", nodes, is_repeatable).await
    }

    /// Moves nodes out of the trash. Repeated as [`edit_nodes`](Self::edit_nodes) is.
    pub async fn restore_nodes(&self, nodes: Vec<NodeAt>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        let is_repeatable = nodes.iter().all(|node| node.if_match.is_none());
        self.send_batch("/v1/nodes/restore", nodes, is_repeatable).await
    }

    /// Deletes for ever nodes that are in the trash, and answers which are gone. Repeated: what went the first
    /// time is `not_found` then, which means the same.
    pub async fn delete_nodes(&self, nodes: Vec<NodeAt>) -> Result<Vec<BatchItem<NodeId>>, ClientError> {
        self.send_batch("/v1/nodes/delete", nodes, true).await
    }

    /// Copies files, and folders with everything that lives inside.
    pub async fn copy_nodes(&self, copies: Vec<CopyNode>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        self.send_batch("/v1/nodes/copy", copies, true).await
    }

    /// Deletes for ever some of what is in the trash: to be called again while there is more.
    pub async fn empty_trash(&self) -> Result<EmptiedTrash, ClientError> {
        self.send(Call::post_again("/v1/trash/empty")).await
    }

    async fn send_batch<T: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        items: Vec<T>,
        is_repeatable: bool,
    ) -> Result<Vec<BatchItem<A>>, ClientError> {
        let call = if is_repeatable { Call::post_again(path) } else { Call::post_once(path) };
        let answer: Batch<BatchItem<A>> = self.send(call.json(&Batch { items })).await?;
        Ok(answer.items)
    }
}
