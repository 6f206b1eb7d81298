//! Copying files and folders. The server copies, so that no byte travels; that needs a connection.

use std::collections::BTreeSet;

use notespot_protocol::window::{Copied, ServerStatus, WasIn};
use notespot_protocol::{BATCH_MAX, ClientRef, CopyNode, Node, NodeId, OnConflict};

use crate::{App, AppError};

impl App {
    /// Copies into a folder; to the top level for `None`. A name that is taken is numbered. Each is copied or refused
    /// alone; an error where nothing was copied because of it.
    ///
    /// Refused with `server_unreachable` while the server is away: a copy has content and counts against the quota,
    /// which only the server can say yes to. What was done to the originals here goes to the server before.
    pub async fn copy_to(&self, ids: Vec<NodeId>, folder: Option<NodeId>) -> Result<Copied, AppError> {
        self.copy(ids.into_iter().map(|id| WasIn { id, folder }).collect()).await
    }

    /// Copies each to where it is itself. As [`copy_to`](Self::copy_to).
    pub async fn make_copies(&self, ids: Vec<NodeId>) -> Result<Copied, AppError> {
        let rows = self.library()?.rows_by_id(&ids).await?;
        self.copy(rows.into_iter().map(|row| WasIn { id: row.node.id, folder: row.node.parent }).collect())
            .await
    }

    /// Copies each into the folder that stands with it.
    async fn copy(&self, copies: Vec<WasIn>) -> Result<Copied, AppError> {
        if matches!(self.state().server.status, ServerStatus::Unreachable { .. }) {
            return Err(AppError::CopyOffline);
        }
        let folders: BTreeSet<NodeId> = copies.iter().filter_map(|copy| copy.folder).collect();
        let concerned: Vec<NodeId> = copies.iter().map(|copy| copy.id).chain(folders).collect();
        self.until_sent(&concerned).await?;
        let (mut made_all, mut failure) = (Vec::new(), None);
        for some in copies.chunks(BATCH_MAX) {
            match self.copy_some(some).await {
                Ok(outcomes) => {
                    let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
                    let made: Vec<Node> = made.into_iter().flatten().collect();
                    self.took_in(&made).await;
                    made_all.extend(made.into_iter().map(|node| node.id));
                    failure = failure.or(refused.into_iter().find_map(Result::err));
                }
                // What was copied stays, and is told of.
                Err(error) => {
                    failure = failure.or(Some(error));
                    break;
                }
            }
        }
        self.nudge();
        match failure {
            Some(error) if made_all.is_empty() => Err(error),
            failure => Ok(Copied { copies: made_all, failure: failure.map(Into::into) }),
        }
    }

    async fn copy_some(&self, copies: &[WasIn]) -> Result<Vec<Result<Node, AppError>>, AppError> {
        let copies = copies.iter().map(|copy| CopyNode {
            client_ref: ClientRef::generate(),
            node: copy.id,
            parent: copy.folder,
            on_conflict: OnConflict::KeepBoth,
        });
        let answers = self.answered(self.remote().api.copy_nodes(copies.collect()).await)?;
        Ok(answers.into_iter().map(|item| item.into_result().map_err(AppError::from)).collect())
    }
}
