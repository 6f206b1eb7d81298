//! Renaming.

use notespot_protocol::{Node, NodeId, NodeName, NodePatch, OnConflict};

use crate::{App, AppError};

impl App {
    /// Renames. A name that is taken is refused with `name_taken`: whoever types a name means it.
    pub async fn rename(&self, id: NodeId, name: &str) -> Result<Node, AppError> {
        let name = Some(NodeName::new(name.trim())?);
        let patch = NodePatch { name, on_conflict: OnConflict::Fail, ..NodePatch::default() };
        let node = self.remote().api.edit_node(id, &patch, None).await;
        self.changed(node).await
    }
}
