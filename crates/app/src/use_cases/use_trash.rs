//! The trash: into it, out of it, and out of it for ever. Works without a network.

use notespot_protocol::NodeId;
use notespot_protocol::window::{FolderContents, ViewId};

use crate::library::edits::{Each, What};
use crate::{App, AppError};

impl App {
    /// Moves to the trash. Each succeeds or fails alone; the first failure is the answer.
    pub async fn trash(&self, ids: Vec<NodeId>) -> Result<(), AppError> {
        outcome(&self.edit_each(ids, |_| What::Trash).await?)
    }

    /// Moves out of the trash. Each succeeds or fails alone; the first failure is the answer.
    pub async fn restore(&self, ids: Vec<NodeId>) -> Result<(), AppError> {
        outcome(&self.edit_each(ids, |_| What::Restore).await?)
    }

    /// Deletes for ever what is in the trash, with everything in it. Each succeeds or fails alone; the first failure
    /// is the answer.
    pub async fn delete_for_ever(&self, ids: Vec<NodeId>) -> Result<(), AppError> {
        outcome(&self.edit_each(ids, |_| What::Delete).await?)
    }

    /// Deletes for ever all that a list of the trash showed. What came into the trash since stays: nobody saw it there.
    pub async fn empty_trash(&self, seen: ViewId) -> Result<(), AppError> {
        let ids = self.ids_of(seen).await?;
        self.delete_for_ever(ids).await
    }

    /// What these come to, with everything in them: `items` is how many they are themselves.
    pub async fn weigh(&self, ids: Vec<NodeId>) -> Result<FolderContents, AppError> {
        Ok(self.library()?.weigh(ids).await?)
    }

    /// The same of all in a list.
    pub async fn weigh_view(&self, view: ViewId) -> Result<FolderContents, AppError> {
        let ids = self.ids_of(view).await?;
        self.weigh(ids).await
    }

    async fn ids_of(&self, view: ViewId) -> Result<Vec<NodeId>, AppError> {
        let numbers =
            self.views().rows(view, 0, usize::MAX).ok_or(AppError::NotHere { what: "This list" })?;
        Ok(self.library()?.ids(numbers).await?)
    }
}

fn outcome(each: &Each) -> Result<(), AppError> {
    each.refusal.map_or(Ok(()), |refusal| Err(AppError::Edit(refusal)))
}
