//! Everything below some paths, as files to upload: folders keep their tree.

mod again;

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notespot_protocol::{ByteCount, ClientRef, NewFolder, NodeId, NodeName, OnConflict};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use walkdir::{DirEntry, WalkDir};

pub use self::again::UploadCommand;
use super::lanes::{FoundFiles, Lanes};
use super::side_by_side::take_all;
use super::upload_files::shown_name;
use crate::{AppError, FileUpload, Remote};

/// Entries of one folder that were read and not looked at yet.
const READ_AHEAD: usize = 64;

impl Remote {
    /// Looks for files at and below these paths, and makes the folders that they will be in: one that
    /// is there already is used. With a `command`, files keep their references when it is given again.
    /// Empty folders are made too. Symbolic links are followed where they were named, and reported where
    /// they were found: a tree must not lead out of itself.
    ///
    /// Memory: what the lanes hold, and a path for each folder that was found and is not made yet.
    ///
    /// Ends when everything was found, when it was cancelled, or when both lanes were dropped.
    #[must_use]
    pub fn find_files(
        &self,
        command: Option<&Arc<UploadCommand>>,
        paths: Vec<PathBuf>,
        folder: Option<NodeId>,
        cancel: &CancellationToken,
    ) -> FoundFiles<FileUpload> {
        let (lanes, found) = Lanes::open();
        let (command, cancel) = (command.cloned(), cancel.clone());
        let search = Search { remote: self.clone(), lanes, command, cancel };
        tokio::spawn(async move { search.walk(paths, folder).await });
        found
    }
}

/// A folder on this machine, and the one at the server that it will be in.
struct Folder {
    path: PathBuf,
    parent: Option<NodeId>,
}

struct Search {
    remote: Remote,
    lanes: Lanes<FileUpload>,
    command: Option<Arc<UploadCommand>>,
    cancel: CancellationToken,
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

    async fn walk(&self, paths: Vec<PathBuf>, parent: Option<NodeId>) -> Option<()> {
        let mut waiting = Vec::new();
        for path in paths {
            waiting.extend(self.look_at(path, parent).await?);
        }
        take_all(waiting, &self.cancel, |folder| self.take(folder)).await
    }

    /// A path as it was named. Gives the folder that it is.
    async fn look_at(&self, path: PathBuf, parent: Option<NodeId>) -> Option<Option<Folder>> {
        match tokio::fs::metadata(&path).await {
            Ok(metadata) if metadata.is_dir() => return Some(Some(Folder { path, parent })),
            // What is no file fails when it is opened, and says so then.
            Ok(metadata) => self.file(path, &metadata, parent).await?,
            Err(source) => self.refuse(path, source).await?,
        }
        Some(None)
    }

    /// Makes a folder, and puts the files in it into their lanes. Gives the folders in it.
    async fn take(&self, Folder { path, parent }: Folder) -> Option<Vec<Folder>> {
        let id = match self.make_folder(&path, parent).await {
            Ok(id) => Some(id),
            Err(error) => {
                self.lanes.put(path, Err(error)).await?;
                return Some(Vec::new());
            }
        };
        let _turn = self.remote.folder_reads.acquire().await.ok()?;
        let mut folders = Vec::new();
        let mut entries = entries_of(path);
        while let Some(entry) = entries.recv().await.filter(|_| !self.cancel.is_cancelled()) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().map(Path::to_owned).unwrap_or_default();
                    self.refuse(path, error.into()).await?;
                    continue;
                }
            };
            let path = entry.path().to_owned();
            if entry.file_type().is_dir() {
                folders.push(Folder { path, parent: id });
            } else if entry.path_is_symlink() {
                let name = shown_name(&path);
                self.lanes.put(path, Err(AppError::IsLink { name })).await?;
            } else {
                match entry.metadata() {
                    Ok(metadata) => self.file(path, &metadata, id).await?,
                    Err(error) => self.refuse(path, error.into()).await?,
                }
            }
        }
        Some(folders)
    }

    async fn refuse(&self, path: PathBuf, source: io::Error) -> Option<()> {
        let name = shown_name(&path);
        self.lanes.put(path, Err(AppError::File { name, source })).await
    }

    async fn make_folder(&self, path: &Path, parent: Option<NodeId>) -> Result<NodeId, AppError> {
        let folder = NewFolder {
            client_ref: ClientRef::generate(),
            id: None,
            parent,
            name: NodeName::new(folder_name(path))?,
            on_conflict: OnConflict::Fail,
            reuse: true,
        };
        let api = self.remote.api.patient();
        Ok(self.remote.patience.outlast(&self.cancel, || api.create_folder(&folder)).await?.id)
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

/// Reads a folder on a thread of its own, until nobody wants to know any more.
fn entries_of(folder: PathBuf) -> mpsc::Receiver<walkdir::Result<DirEntry>> {
    let (tell, entries) = mpsc::channel(READ_AHEAD);
    tokio::task::spawn_blocking(move || {
        for entry in WalkDir::new(folder).follow_root_links(true).min_depth(1).max_depth(1) {
            if tell.blocking_send(entry).is_err() {
                return;
            }
        }
    });
    entries
}
