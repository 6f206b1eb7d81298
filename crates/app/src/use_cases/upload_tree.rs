//! Everything below some paths, as files to upload: folders keep their tree.

mod again;

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notespot_protocol::{ByteCount, ClientRef, NewFolder, NodeId, NodeName, OnConflict};
use notespot_transfer::SMALL_MAX_BYTES;
use tokio::sync::mpsc;
use walkdir::{DirEntry, WalkDir};

pub use self::again::UploadCommand;
use super::upload_files::shown_name;
use crate::{AppError, FileUpload, Remote};

/// Small files that were found and wait to be taken.
const SMALL_WAITING: usize = 1024;
/// Larger files that were found and wait to be taken. More than that hold the search up.
const LARGE_WAITING: usize = 16 * 1024;
/// Entries of folders that were read and not looked at yet.
const READ_AHEAD: usize = 256;

/// What was found at one path.
#[derive(Debug)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// A file to upload, with its length as it was found; or why this cannot be uploaded.
    pub file: Result<(FileUpload, ByteCount), AppError>,
}

/// Files as they are found, in two lanes that are to be emptied side by side.
///
/// Memory: at most 17 thousand paths, and an id for each folder of the tree under way.
#[derive(Debug)]
pub struct FoundFiles {
    /// Small ones, and everything that cannot be uploaded.
    pub small: mpsc::Receiver<Found>,
    /// Larger ones.
    pub large: mpsc::Receiver<Found>,
}

impl Remote {
    /// Looks for files at and below these paths, and makes the folders that they will be in: one that
    /// is there already is used. With a `command`, files keep their references when it is given again. Empty folders are made too. Symbolic links are followed where they
    /// were named, and reported where they were found: a tree must not lead out of itself.
    ///
    /// Ends when everything was found, or both lanes were dropped.
    #[must_use]
    pub fn find_files(
        &self,
        command: Option<&Arc<UploadCommand>>,
        paths: Vec<PathBuf>,
        folder: Option<NodeId>,
    ) -> FoundFiles {
        let (small, small_found) = mpsc::channel(SMALL_WAITING);
        let (large, large_found) = mpsc::channel(LARGE_WAITING);
        let search =
            Search { remote: self.clone(), lanes: Lanes { small, large }, command: command.cloned() };
        tokio::spawn(async move {
            for path in paths {
                if search.look_at(path, folder).await.is_none() {
                    return;
                }
            }
        });
        FoundFiles { small: small_found, large: large_found }
    }
}

struct Search {
    remote: Remote,
    lanes: Lanes,
    command: Option<Arc<UploadCommand>>,
}

struct Lanes {
    small: mpsc::Sender<Found>,
    large: mpsc::Sender<Found>,
}

impl Lanes {
    /// `None` when nobody takes anything any more.
    async fn put(&self, path: PathBuf, file: Result<(FileUpload, ByteCount), AppError>) -> Option<()> {
        let is_small = !matches!(&file, Ok((_, size)) if size.get() > SMALL_MAX_BYTES as u64);
        let lane = if is_small { &self.small } else { &self.large };
        lane.send(Found { path, file }).await.ok()
    }
}

impl Search {
    async fn file(&self, path: PathBuf, metadata: &Metadata, folder: Option<NodeId>) -> Option<()> {
        let file = match &self.command {
            Some(command) => {
                let client_ref = command.client_ref(&path, metadata, folder);
                FileUpload { path: path.clone(), folder, client_ref }
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
        Ok(self.remote.api.create_folder(&folder).await?.id)
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
