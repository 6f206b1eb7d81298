//! Everything below some nodes, as files to download: folders keep their tree.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use notespot_protocol::{Node, NodeId, NodesQuery};
use notespot_transfer::{Existing, FileToDownload, SaveTo, local_name};
use tokio_util::sync::CancellationToken;

use super::lanes::{FoundFiles, Lanes};
use super::side_by_side::take_all;
use crate::{AppError, Remote};

/// The most that a listing asks for at once.
const PAGE: u32 = 1000;

impl Remote {
    /// Looks for files at and below these nodes, and makes the folders on this machine that they will be
    /// in, below `to`: one that is there already is used. Empty folders are made too.
    ///
    /// Ends when everything was found, when it was cancelled, or when both lanes were dropped.
    ///
    /// Memory: what the lanes hold, a path for each folder that is not listed yet, and sixteen bytes for
    /// each name in the folders that are being listed.
    #[must_use]
    pub fn find_below(
        &self,
        nodes: Vec<Node>,
        to: PathBuf,
        existing: Existing,
        cancel: &CancellationToken,
    ) -> FoundFiles<FileToDownload> {
        let (lanes, found) = Lanes::open();
        let search = Search { remote: self.clone(), lanes, existing, cancel: cancel.clone() };
        tokio::spawn(async move { search.walk(nodes, to).await });
        found
    }
}

struct Search {
    remote: Remote,
    lanes: Lanes<FileToDownload>,
    existing: Existing,
    cancel: CancellationToken,
}

/// A folder at the server, and its place on this machine.
struct Folder {
    id: NodeId,
    shown: PathBuf,
    place: PathBuf,
}

impl Search {
    async fn walk(&self, nodes: Vec<Node>, to: PathBuf) -> Option<()> {
        let mut taken = Taken::default();
        let mut waiting = Vec::new();
        for node in nodes {
            waiting.extend(self.put(node, Path::new(""), &to, &mut taken).await?);
        }
        take_all(waiting, &self.cancel, |folder| self.list(folder)).await
    }

    /// Gives the folders that it holds.
    async fn list(&self, folder: Folder) -> Option<Vec<Folder>> {
        let mut query = NodesQuery { parent: Some(folder.id), limit: Some(PAGE), ..NodesQuery::default() };
        let (mut folders, mut taken) = (Vec::new(), Taken::default());
        let api = self.remote.api.patient();
        loop {
            let listed = self.remote.patience.outlast(&self.cancel, || api.nodes(&query)).await;
            let page = match listed {
                Ok(page) => page,
                Err(error) => {
                    self.lanes.put(folder.shown, Err(error)).await?;
                    return Some(folders);
                }
            };
            for node in page.items {
                folders.extend(self.put(node, &folder.shown, &folder.place, &mut taken).await?);
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Some(folders),
            }
        }
    }

    /// Puts a file into its lane; makes a folder, and gives it to be listed.
    async fn put(&self, node: Node, shown: &Path, place: &Path, taken: &mut Taken) -> Option<Option<Folder>> {
        let shown = shown.join(node.name.as_str());
        let local = local_name(&node.name, place);
        let is_taken = taken.is_taken(&local, place).await;
        if let Some(content) = &node.content {
            // A sibling that this disk cannot tell from another one must not replace it.
            let existing = if is_taken { Existing::KeepBoth } else { self.existing };
            let file = FileToDownload { node: node.id, to: SaveTo::Folder(place.to_owned()), existing };
            self.lanes.put(shown, Ok((file, content.size))).await?;
            return Some(None);
        }
        let place = place.join(local);
        match make_folder(&place).await {
            Ok(()) => Some(Some(Folder { id: node.id, shown, place })),
            Err(source) => {
                let name = node.name.to_string();
                self.lanes.put(shown, Err(AppError::File { name, source })).await?;
                Some(None)
            }
        }
    }
}

/// Uses a folder that is there. A link to one is not followed: it leads out of the folder that was chosen.
async fn make_folder(place: &Path) -> io::Result<()> {
    match tokio::fs::create_dir(place).await {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if tokio::fs::symlink_metadata(place).await?.is_dir() { Ok(()) } else { Err(error) }
        }
        made => made,
    }
}

/// The names of one folder.
#[derive(Default)]
struct Taken {
    names: HashSet<u64>,
    /// As a disk sees them that knows no case.
    folded: HashSet<u64>,
    /// Whether this disk does; known when it is first of interest.
    tells_case: Option<bool>,
}

impl Taken {
    /// Whether another file of this folder has this name already, on the disk that it goes to.
    async fn is_taken(&mut self, local: &str, folder: &Path) -> bool {
        let is_new = self.names.insert(hash(local));
        let is_folded_new = self.folded.insert(hash(&local.to_lowercase()));
        if is_new && !is_folded_new {
            let tells_case = match self.tells_case {
                Some(known) => known,
                None => *self.tells_case.insert(tells_case(folder).await),
            };
            return !tells_case;
        }
        !is_new
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// Whether two names that only differ in case are two files in this folder: tried. Where that does not work,
/// no.
async fn tells_case(folder: &Path) -> bool {
    let folder = folder.to_owned();
    let tried = tokio::task::spawn_blocking(move || {
        let small = tempfile::Builder::new().prefix(".notespot-case-").tempfile_in(&folder)?;
        let name = small.path().file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        Ok::<_, io::Error>(!folder.join(name).exists())
    });
    tried.await.is_ok_and(|tried| tried.unwrap_or(false))
}
