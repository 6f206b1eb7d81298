//! To the trash and back.

use futures_util::{StreamExt as _, stream};
use notespot_client::ClientError;
use notespot_protocol::{Node, NodeId};

use crate::{App, AppError, Remote};

/// Calls under way at once.
const PARALLEL: usize = 8;

impl Remote {
    /// Moves to the trash.
    pub async fn trash(&self, id: NodeId) -> Result<Node, AppError> {
        Ok(self.api.trash_node(id, None).await?)
    }
}

impl App {
    /// Moves to the trash. Each succeeds or fails alone; the first failure is the answer.
    pub async fn trash(&self, ids: Vec<NodeId>) -> Result<(), AppError> {
        let remote = self.remote();
        let calls = ids.into_iter().map(|id| {
            let api = remote.api.clone();
            async move { api.trash_node(id, None).await }
        });
        self.all_changed(stream::iter(calls).buffered(PARALLEL).collect().await).await
    }

    /// Moves out of the trash. Each succeeds or fails alone; the first failure is the answer.
    pub async fn restore(&self, ids: Vec<NodeId>) -> Result<(), AppError> {
        let remote = self.remote();
        let calls = ids.into_iter().map(|id| {
            let api = remote.api.clone();
            async move { api.restore_node(id, None).await }
        });
        self.all_changed(stream::iter(calls).buffered(PARALLEL).collect().await).await
    }

    async fn all_changed(&self, results: Vec<Result<Node, ClientError>>) -> Result<(), AppError> {
        let mut first_failure = None;
        let mut nodes = Vec::new();
        for result in results {
            match result {
                Ok(node) => nodes.push(node),
                Err(error) => {
                    first_failure.get_or_insert(error);
                }
            }
        }
        self.took_in(&nodes).await;
        self.answered(first_failure.map_or(Ok(()), Err))
    }
}
