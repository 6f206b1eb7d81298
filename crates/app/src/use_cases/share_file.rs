//! Public links.

use notespot_protocol::window::NoticeKind;
use notespot_protocol::{NewLink, NodeId, PublicLink};
use tokio_util::sync::CancellationToken;

use crate::{App, AppError, Remote};

impl Remote {
    /// The public link of a file, made if there is none.
    pub async fn public_link(&self, id: NodeId) -> Result<PublicLink, AppError> {
        Ok(self.api.create_link(&NewLink { node: id, slug: None }).await?)
    }

    /// The same for a file that was just uploaded, of many: it outlasts a server that is away for a while.
    pub async fn public_link_of_uploaded(
        &self,
        id: NodeId,
        cancel: &CancellationToken,
    ) -> Result<PublicLink, AppError> {
        self.patience.outlast(cancel, || self.public_link(id)).await
    }

    /// Ends the public link of a file. `NoLink` when it has none.
    pub async fn end_public_link(&self, id: NodeId) -> Result<PublicLink, AppError> {
        let links = self.api.links().await?;
        let link = links.into_iter().find(|link| link.node == id).ok_or(AppError::NoLink)?;
        Ok(self.api.end_link(&link.slug).await?)
    }
}

impl App {
    /// Makes the public link of a file, or takes the one it has, and puts it on the clipboard;
    /// told by the notice `LinkCopied`. Offline too: its slug is made here, and it opens once the server has it.
    pub async fn copy_public_link(&self, id: NodeId) -> Result<PublicLink, AppError> {
        let library = self.library()?;
        let link = library.make_link(id).await;
        let link = self.edited(&library, link)?;
        self.host().copy_text(&link.url).map_err(AppError::Clipboard)?;
        self.shown().notice(NoticeKind::LinkCopied, None);
        Ok(link)
    }

    /// The link of what was just uploaded, which the library may not have yet.
    pub(crate) async fn make_public_link(&self, id: NodeId) -> Result<PublicLink, AppError> {
        let made = self.remote().api.create_link(&NewLink { node: id, slug: None }).await;
        let link = self.answered(made)?;
        self.took_in_link(&link).await;
        Ok(link)
    }

    /// Opens a file's public page in the browser. `NoLink` when it has no link.
    pub async fn open_public_link(&self, id: NodeId) -> Result<(), AppError> {
        let row = self.library()?.row(id).await?;
        let link = row.and_then(|row| row.link).ok_or(AppError::NoLink)?;
        self.host().open_browser(&link.url).map_err(AppError::Browser)
    }

    /// Ends a file's public link at once and for ever; offline, as soon as the server hears of it.
    pub async fn end_public_link(&self, id: NodeId) -> Result<(), AppError> {
        let library = self.library()?;
        let ended = library.end_link(id).await;
        self.edited(&library, ended)
    }
}
