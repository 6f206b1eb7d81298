//! To the trash, from the command line.

use notespot_protocol::{Node, NodeId};

use crate::{AppError, Remote};

impl Remote {
    /// Moves to the trash.
    pub async fn trash(&self, id: NodeId) -> Result<Node, AppError> {
        Ok(self.api.trash_node(id, None).await?)
    }
}
