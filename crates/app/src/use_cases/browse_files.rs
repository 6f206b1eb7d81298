//! Looking at lists and at one thing.

use notespot_protocol::window::{Crumb, NodeDetails, OpenedView, ViewId, ViewQuery, ViewRow, ViewSource};
use notespot_protocol::{NodeId, PublicLink};

use crate::library::{Library, Listed};
use crate::{App, AppError};

/// The most rows that one call reads.
const ROWS_MAX: usize = 500;

impl App {
    /// Opens a list. At most 8 are open: the oldest is closed for the next.
    pub async fn open_view(&self, query: ViewQuery) -> Result<OpenedView, AppError> {
        let library = self.library()?;
        let path = match &query.source {
            ViewSource::Folder { id: Some(folder) } => library.path(*folder).await?,
            _ => Vec::new(),
        };
        if matches!(query.source, ViewSource::Folder { id: Some(_) }) && path.is_empty() {
            return Err(AppError::NotHere { what: "This folder" });
        }
        let Listed { numbers, bytes } = library.list(&query).await?;
        let total = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let id = self.views().open(numbers);
        let path = path.into_iter().map(|folder| Crumb { id: folder.id, name: folder.name }).collect();
        Ok(OpenedView { id, total, bytes, path })
    }

    /// Rows of a list, at most 500. Rows that are gone since the list was opened are left out.
    pub async fn view_rows(&self, view: ViewId, offset: u32, limit: u32) -> Result<Vec<ViewRow>, AppError> {
        let limit = (limit as usize).min(ROWS_MAX);
        let numbers = self.views().rows(view, offset as usize, limit);
        let numbers = numbers.ok_or(AppError::NotHere { what: "This list" })?;
        let rows = self.library()?.rows(numbers).await?;
        Ok(rows.into_iter().map(crate::library::Row::into_view_row).collect())
    }

    /// What the inspector shows. The link's counters, which no change announces, are asked for in
    /// the background: when they differ, `LibraryChanged` follows.
    pub async fn node_details(&self, id: NodeId) -> Result<NodeDetails, AppError> {
        let library = self.library()?;
        let row = library.row(id).await?.ok_or(AppError::NotHere { what: "This file" })?;
        if let Some(link) = row.link.clone() {
            let (app, library) = (self.clone(), library.clone());
            self.spawn(async move { app.refresh_counters(&library, &link).await });
        }
        let offline = library.offline_details(id).await?;
        Ok(NodeDetails { node: row.node, link: row.link, holds: row.holds, offline })
    }

    async fn refresh_counters(&self, library: &Library, link: &PublicLink) {
        let Ok(fresh) = self.remote().api.link(&link.slug).await else {
            // Offline, or ended elsewhere: sync finds out and says so.
            return;
        };
        match library.apply_link(fresh).await {
            Ok(true) => self.shown().library_changed(),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a link's counters could not be kept"),
        }
    }
}
