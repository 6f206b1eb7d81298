//! Changing what is there: names, descriptions, tags, folders. Places are changed in [`move_files`](super::move_files),
//! and what is deleted in [`use_trash`](super::use_trash). All of it works without a
//! network: it is shown at once, and sent when the server can be reached.

use notespot_protocol::window::{ConflictChoice, EditConflict};
use notespot_protocol::{DESCRIPTION_MAX_CHARS, Node, NodeId, NodeName, TAG_MAX_CHARS, TAGS_MAX};

use crate::library::edits::{Each, Refusal, What};
use crate::library::{Library, LibraryError};
use crate::{App, AppError};

impl App {
    /// Renames. `seen`: the name that the person saw when they began to type; one that came from elsewhere since is
    /// asked about and not overwritten. A name that is taken is refused with `name_taken`: whoever types a name means
    /// it.
    pub async fn rename(&self, id: NodeId, seen: &str, name: &str) -> Result<Node, AppError> {
        let (from, to) = (NodeName::new(seen)?, NodeName::new(name.trim())?);
        self.edit(id, |_| What::Rename { from, to }).await
    }

    /// Writes a description, in place of the one that was `seen`; an empty one takes it away.
    pub async fn describe(&self, id: NodeId, seen: &str, text: &str) -> Result<Node, AppError> {
        if text.chars().count() > DESCRIPTION_MAX_CHARS {
            return Err(AppError::Edit(Refusal::DescriptionTooLong));
        }
        let (from, to) = (seen.to_owned(), text.to_owned());
        self.edit(id, |_| What::Describe { from, to }).await
    }

    /// Gives tags, in place of those that were `seen`.
    pub async fn tag(&self, id: NodeId, seen: Vec<String>, tags: Vec<String>) -> Result<Node, AppError> {
        if tags.len() > TAGS_MAX || tags.iter().any(|tag| tag.chars().count() > TAG_MAX_CHARS) {
            return Err(AppError::Edit(Refusal::TagsTooMany));
        }
        self.edit(id, |_| What::Tag { from: seen, to: tags }).await
    }

    /// Makes a folder; numbered where the name is taken.
    pub async fn create_folder(&self, parent: Option<NodeId>, name: &str) -> Result<Node, AppError> {
        let library = self.library()?;
        let made = library.make_folder(parent, NodeName::new(name.trim())?).await;
        self.edited(&library, made)
    }

    /// Edits that cannot be sent without asking the person; at most 200.
    pub async fn conflicts(&self) -> Result<Vec<EditConflict>, AppError> {
        Ok(self.library()?.conflicts().await?)
    }

    /// Goes on with an edit as the person says.
    pub async fn resolve(&self, conflict: u32, choice: ConflictChoice) -> Result<(), AppError> {
        let library = self.library()?;
        library.resolve(conflict.into(), choice).await?;
        self.tell_changes(&library);
        self.nudge();
        Ok(())
    }

    async fn edit(
        &self,
        id: NodeId,
        what: impl FnOnce(&Node) -> What + Send + 'static,
    ) -> Result<Node, AppError> {
        let library = self.library()?;
        let node = library.edit(id, what).await;
        self.edited(&library, node)
    }

    /// Does it to each that can take it: those are shown, and sent.
    pub(super) async fn edit_each(
        &self,
        ids: Vec<NodeId>,
        what: impl Fn(&Node) -> What + Send + 'static,
    ) -> Result<Each, AppError> {
        let library = self.library()?;
        let each = library.edit_each(ids, what).await?;
        self.tell_changes(&library);
        self.nudge();
        Ok(each)
    }

    /// Shows what was done here, and sends it.
    pub(super) fn edited<T>(
        &self,
        library: &Library,
        outcome: Result<Result<T, Refusal>, LibraryError>,
    ) -> Result<T, AppError> {
        let done = outcome?.map_err(AppError::Edit)?;
        self.tell_changes(library);
        self.nudge();
        Ok(done)
    }
}
