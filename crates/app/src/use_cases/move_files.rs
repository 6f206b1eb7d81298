//! Moving to another folder, and back. Works without a network.

use std::collections::HashMap;

use notespot_protocol::NodeId;
use notespot_protocol::window::{Moved, WasIn};

use crate::library::edits::{Each, What};
use crate::{App, AppError};

impl App {
    /// Moves to another folder; to the top level for `None`. Each is moved or refused alone; an error where nothing was
    /// moved because of it.
    pub async fn move_to(&self, ids: Vec<NodeId>, folder: Option<NodeId>) -> Result<Moved, AppError> {
        moved(self.edit_each(ids, move |node| What::Move { from: node.parent, to: folder }).await?)
    }

    /// Moves each to where it was.
    pub async fn move_back(&self, moved: Vec<WasIn>) -> Result<Moved, AppError> {
        let ids = moved.iter().map(|was| was.id).collect();
        let folders: HashMap<NodeId, Option<NodeId>> =
            moved.into_iter().map(|WasIn { id, folder }| (id, folder)).collect();
        let back = self.edit_each(ids, move |node| {
            let to = folders.get(&node.id).copied().unwrap_or(node.parent);
            What::Move { from: node.parent, to }
        });
        self::moved(back.await?)
    }
}

fn moved(Each { changed, refusal }: Each) -> Result<Moved, AppError> {
    match refusal.map(AppError::Edit) {
        Some(error) if changed.is_empty() => Err(error),
        error => Ok(Moved { moved: changed, failure: error.map(Into::into) }),
    }
}
