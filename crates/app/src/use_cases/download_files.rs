//! Downloads.

use notespot_protocol::{ByteCount, NodeId};
use notespot_transfer::{Existing, FileToDownload, Progress, SaveTo, Saved};
use tokio::io::AsyncWrite;
use tokio_util::sync::CancellationToken;

use crate::library::journal::{KeptPath, Request};
use crate::transfers::Job;
use crate::{App, AppError, Remote};

impl Remote {
    /// Downloads one file and verifies it; `progress` hears how many bytes have arrived. Until it
    /// returns, nothing has the target's name that did not have it before.
    ///
    /// Cancelling removes what has arrived, unless the server or the store is away at that moment: then the same
    /// download goes on from it.
    pub async fn download_file(
        &self,
        file: &FileToDownload,
        progress: impl Fn(ByteCount) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<Saved, AppError> {
        let download = |progress: Progress| async move {
            self.engine.download_file(&*self.control, file, &progress, cancel).await
        };
        self.patience.outlast_moving(cancel, progress, download).await
    }
}

impl Remote {
    /// Writes one file to `to`, in order. A file that came damaged is told of at its end: whoever took
    /// the bytes has to forget them.
    pub async fn read_file(
        &self,
        node: NodeId,
        to: &mut (impl AsyncWrite + Unpin + Send),
        progress: impl Fn(ByteCount) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<(), AppError> {
        let progress = Progress::told(progress);
        Ok(self.engine.read_file(&*self.control, node, to, &progress, cancel).await?)
    }
}

impl App {
    /// Puts files, and everything in folders, into the transfers panel to be downloaded.
    ///
    /// One file may go to a place that was chosen for it, and replaces what is there: whoever chose has
    /// been asked. Everything else goes into a folder, keeps its tree, and asks before it touches a file
    /// that is there.
    ///
    /// Returns when everything was found; what was found first may be there already. A folder that could
    /// not be listed or made is in no other's way, and the first of them is the error.
    pub async fn download_files(&self, ids: Vec<NodeId>, to: SaveTo) -> Result<(), AppError> {
        let rows = self.library()?.rows_by_id(&ids).await?;
        let nodes: Vec<_> = rows.into_iter().map(|row| row.node).collect();
        match (nodes.as_slice(), to) {
            ([], _) => Err(AppError::NotHere { what: "This file" }),
            ([node], SaveTo::File(path)) => {
                let Some(content) = &node.content else {
                    return Err(AppError::IsFolder { name: node.name.to_string() });
                };
                let (to, existing) = (SaveTo::File(path), Existing::Replace);
                let job = Job::Download { file: FileToDownload { node: node.id, to, existing } };
                self.begin_transfer(node.name.to_string(), content.size, job).await
            }
            (_, SaveTo::File(path) | SaveTo::Folder(path)) => {
                let nodes = nodes.iter().map(|node| node.id).collect();
                self.request(Request::Download { nodes, to: KeptPath::of(&path) }).await
            }
        }
    }

    /// The name that a save dialog should propose for a file; `None` for a folder, which goes into one.
    pub async fn suggested_file_name(&self, id: NodeId) -> Result<Option<String>, AppError> {
        let row = self.library()?.row(id).await?.ok_or(AppError::NotHere { what: "This file" })?;
        Ok(row.node.content.is_some().then(|| row.node.name.to_string()))
    }
}
