//! Descriptions.

use notespot_protocol::{Node, NodeId, NodePatch};

use crate::{App, AppError};

impl App {
    /// Writes a description, in place of the one before; an empty one takes it away.
    pub async fn describe(&self, id: NodeId, text: &str) -> Result<Node, AppError> {
        let patch = NodePatch { description: Some(text.to_owned()), ..NodePatch::default() };
        let node = self.remote().api.edit_node(id, &patch, None).await;
        self.changed(node).await
    }
}
