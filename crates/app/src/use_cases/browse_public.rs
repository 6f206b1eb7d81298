//! Public files: what people list in the catalogue of the server. Nothing of it is kept here: it needs a connection.

use notespot_protocol::window::{NoticeKind, PublicFiles};
use notespot_protocol::{CatalogueQuery, Cursor, NodeId, PublicLink, SEARCH_MAX_CHARS, Slug};

use crate::{App, AppError};

/// Rows of one page.
const PAGE: u32 = 100;
/// Pages that are asked for in one call, where a search finds nothing in the first.
const TRIES: usize = 5;

impl App {
    /// One page of public files; those whose names hold all words of `search`. A page may be empty and not the last.
    pub async fn public_files(&self, search: &str, after: Option<Cursor>) -> Result<PublicFiles, AppError> {
        let search: String = search.trim().chars().take(SEARCH_MAX_CHARS).collect();
        let search = (!search.is_empty()).then_some(search);
        let mut query = CatalogueQuery { search, cursor: after, limit: Some(PAGE) };
        let api = self.remote().api;
        let mut page = self.answered(api.catalogue(&query).await)?;
        for _ in 1..TRIES {
            if !page.items.is_empty() || page.next.is_none() {
                break;
            }
            query.cursor = page.next.take();
            page = self.answered(api.catalogue(&query).await)?;
        }
        Ok(PublicFiles { files: page.items, next: page.next })
    }

    /// Opens the page of a public file in the browser.
    pub async fn open_public_file(&self, slug: &Slug) -> Result<(), AppError> {
        let url = self.url_of(slug).await?;
        self.host().open_browser(&url).map_err(AppError::Browser)
    }

    /// Puts the link of a public file on the clipboard; told by the notice `LinkCopied`.
    pub async fn copy_public_file(&self, slug: &Slug) -> Result<(), AppError> {
        let url = self.url_of(slug).await?;
        self.host().copy_text(&url).map_err(AppError::Clipboard)?;
        self.shown().notice(NoticeKind::LinkCopied, None);
        Ok(())
    }

    /// Lists a file that has a public link in the catalogue, or takes it out; offline, as soon as the server hears of
    /// it. `NoLink` when it has no link.
    pub async fn list_publicly(&self, id: NodeId, listed: bool) -> Result<PublicLink, AppError> {
        let library = self.library()?;
        let link = library.list_link(id, listed).await;
        self.edited(&library, link)
    }

    /// An address of this server's: the web view names none.
    async fn url_of(&self, slug: &Slug) -> Result<String, AppError> {
        let links_at = self.library()?.links_at().await?;
        let links_at = links_at.unwrap_or_else(|| self.remote().server_url().to_owned());
        Ok(format!("{links_at}/s/{slug}"))
    }
}
