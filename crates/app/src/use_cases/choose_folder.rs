//! Folders to move things to.

use notespot_protocol::window::{Crumb, FolderChoice, FolderChoices, ViewQuery, ViewSort, ViewSource};
use notespot_protocol::{Node, NodeId, NodeKind, Order};

use crate::library::Library;
use crate::{App, AppError};

/// The most folders that are offered at once. Who has more types a few letters.
const CHOICES_MAX: usize = 200;

impl App {
    /// The folders inside a folder, of the top level for `None`; or those anywhere that fit what was typed. At most
    /// 200. Opens no list.
    pub async fn choose_folder(&self, inside: Option<NodeId>, text: &str) -> Result<FolderChoices, AppError> {
        let library = self.library()?;
        let text = text.trim();
        let (source, sort) = if text.is_empty() {
            (ViewSource::Folder { id: inside }, ViewSort::Name)
        } else {
            (ViewSource::Search { text: format!("kind:folder {text}") }, ViewSort::Relevance)
        };
        let is_inside = inside.filter(|_| text.is_empty());
        let path = match is_inside {
            Some(folder) => crumbs(library.path(folder).await?),
            None => Vec::new(),
        };
        if is_inside.is_some() && path.is_empty() {
            return Err(AppError::NotHere { what: "This folder" });
        }
        let mut numbers = library.list(&ViewQuery { source, sort, order: Order::Ascending }).await?.numbers;
        // Folders come first in every list.
        numbers.truncate(CHOICES_MAX + 1);
        let rows = library.rows(numbers).await?;
        let mut found = rows.into_iter().map(|row| row.node).filter(|node| node.kind == NodeKind::Folder);
        let mut folders = Vec::new();
        for folder in found.by_ref().take(CHOICES_MAX) {
            let above = if text.is_empty() { path.clone() } else { above(&library, &folder).await? };
            folders.push(FolderChoice { id: folder.id, name: folder.name, above });
        }
        Ok(FolderChoices { path, folders, more: found.next().is_some() })
    }
}

async fn above(library: &Library, folder: &Node) -> Result<Vec<Crumb>, AppError> {
    match folder.parent {
        Some(parent) => Ok(crumbs(library.path(parent).await?)),
        None => Ok(Vec::new()),
    }
}

fn crumbs(path: Vec<Node>) -> Vec<Crumb> {
    path.into_iter().map(|folder| Crumb { id: folder.id, name: folder.name }).collect()
}
