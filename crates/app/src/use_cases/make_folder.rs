//! Making folders.

use notespot_protocol::{ClientRef, NewFolder, Node, NodeId, NodeName, OnConflict};

use crate::{App, AppError};

impl App {
    /// Makes a folder; numbered where the name is taken.
    pub async fn create_folder(&self, parent: Option<NodeId>, name: &str) -> Result<Node, AppError> {
        let folder = NewFolder {
            client_ref: ClientRef::generate(),
            id: None,
            parent,
            name: NodeName::new(name.trim())?,
            on_conflict: OnConflict::KeepBoth,
            reuse: false,
        };
        let node = self.remote().api.create_folder(&folder).await;
        self.changed(node).await
    }
}
