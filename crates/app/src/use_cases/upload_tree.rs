//! Everything below some paths, as files to upload: folders keep their tree.

mod again;

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notespot_protocol::{ByteCount, ClientRef, NewFolder, NodeId, NodeName, OnConflict};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use walkdir::{DirEntry, WalkDir};

pub use self::again::UploadCommand;
use super::lanes::{FoundFiles, Lanes};
use super::upload_files::shown_name;
use crate::{AppError, FileUpload, Remote};

/// Entries of folders that were read and not looked at yet.
const READ_AHEAD: usize = 256;

impl Remote {
    /// Looks for files at and below these paths, and makes the folders that they will be in: one that
    /// is there already is used. With a `command`, files keep their references when it is given again.
    /// Empty folders are made too. Symbolic links are followed where they were named, and reported where
    /// they were found: a tree must not lead out of itself.
    ///
    /// Memory: what the lanes hold, and an id for each folder of the tree under way.
    ///
    /// Ends when everything was found, or both lanes were dropped.
    #[must_use]
    pub fn find_files(
        &self,
        command: Option<&Arc<UploadCommand>>,
        paths: Vec<PathBuf>,
        folder: Option<NodeId>,
    ) -> FoundFiles<FileUpload> {
        let (lanes, found) = Lanes::open();
        let search = Search { remote: self.clone(), lanes, command: command.cloned() };
        tokio::spawn(async move {
            for path in paths {
                if search.look_at(path, folder).await.is_none() {
                    return;
                }
            }
        });
        found
    }
}

struct Search {
    remote: Remote,
    lanes: Lanes<FileUpload>,
    command: Option<Arc<UploadCommand>>,
}

impl Search {
    async fn file(&self, path: PathBuf, metadata: &Metadata, folder: Option<NodeId>) -> Option<()> {
        let file = match &self.command {
            Some(command) => {
                let client_ref = command.client_ref(&path, metadata, folder);
                FileUpload { client_ref, ..FileUpload::new(path.clone(), folder) }
            }
            None => FileUpload::new(path.clone(), folder),
        };
        self.lanes.put(path, Ok((file, ByteCount(metadata.len())))).await
    }

    /// A path as it was named.
    async fn look_at(&self, path: PathBuf, folder: Option<NodeId>) -> Option<()> {
        match tokio::fs::metadata(&path).await {
            Ok(metadata) if metadata.is_dir() => self.walk(path, folder).await,
            // What is no file fails when it is opened, and says so then.
            Ok(metadata) => self.file(path, &metadata, folder).await,
            Err(source) => {
                let name = shown_name(&path);
                self.lanes.put(path, Err(AppError::File { name, source })).await
            }
        }
    }

    /// A folder and everything in it, parents first.
    async fn walk(&self, root: PathBuf, folder: Option<NodeId>) -> Option<()> {
        let mut made: HashMap<PathBuf, NodeId> = HashMap::new();
        let mut entries = entries_of(root);
        while let Some(entry) = entries.recv().await {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().map(Path::to_owned).unwrap_or_default();
                    let (name, source) = (shown_name(&path), error.into());
                    self.lanes.put(path, Err(AppError::File { name, source })).await?;
                    continue;
                }
            };
            let parent = match (entry.depth(), entry.path().parent().and_then(|parent| made.get(parent))) {
                (0, _) => folder,
                (_, Some(parent)) => Some(*parent),
                // The folder could not be made, and that was said.
                (_, None) => continue,
            };
            let path = entry.path().to_owned();
            if entry.file_type().is_dir() {
                match self.make_folder(&path, parent).await {
                    Ok(id) => drop(made.insert(path, id)),
                    Err(error) => self.lanes.put(path, Err(error)).await?,
                }
            } else if entry.path_is_symlink() {
                let name = shown_name(&path);
                self.lanes.put(path, Err(AppError::IsLink { name })).await?;
            } else {
                match entry.metadata() {
                    Ok(metadata) => self.file(path, &metadata, parent).await?,
                    Err(error) => {
                        let (name, source) = (shown_name(&path), error.into());
                        self.lanes.put(path, Err(AppError::File { name, source })).await?;
                    }
                }
            }
        }
        Some(())
    }

    async fn make_folder(&self, path: &Path, parent: Option<NodeId>) -> Result<NodeId, AppError> {
        let folder = NewFolder {
            client_ref: ClientRef::generate(),
            parent,
            name: NodeName::new(folder_name(path))?,
            on_conflict: OnConflict::Fail,
            reuse: true,
        };
        let api = self.remote.api.patient();
        // A search that nobody listens to any more ends when it has something to tell.
        let cancel = CancellationToken::new();
        let mut effort = self.remote.patience.begin(&cancel);
        loop {
            let made = api.create_folder(&folder).await.map_err(AppError::from);
            if let Some(made) = effort.ended(made, ByteCount::ZERO).await {
                return Ok(made?.id);
            }
        }
    }
}

/// The folder's own name, also of `.` and `..`.
fn folder_name(path: &Path) -> String {
    match path.file_name() {
        Some(_) => shown_name(path),
        None => std::path::absolute(path)
            .and_then(|absolute| absolute.canonicalize())
            .map_or_else(|_| shown_name(path), |real| shown_name(&real)),
    }
}

/// Reads folders on a thread of their own, until nobody wants to know any more.
fn entries_of(root: PathBuf) -> mpsc::Receiver<walkdir::Result<DirEntry>> {
    let (tell, entries) = mpsc::channel(READ_AHEAD);
    tokio::task::spawn_blocking(move || {
        for entry in WalkDir::new(root).follow_root_links(true) {
            if tell.blocking_send(entry).is_err() {
                return;
            }
        }
    });
    entries
}
