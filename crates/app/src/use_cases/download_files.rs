//! Downloads.

use std::path::PathBuf;

use notespot_protocol::window::Direction;
use notespot_protocol::{ByteCount, Node, NodeId};
use notespot_transfer::{Existing, Progress, SaveTo};
use tokio_util::sync::CancellationToken;

use crate::transfers::Job;
use crate::{App, AppError, Remote};

/// Where downloads go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownloadTo {
    /// Exactly this file, as chosen in a save dialog that asked before it replaces one. Only for a
    /// single file.
    File(PathBuf),
    /// Into this folder, under their names, numbered where a file is there already.
    Folder(PathBuf),
}

/// A file that was downloaded and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDownload {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub size: ByteCount,
}

impl Remote {
    /// Downloads one file and verifies it; `progress` hears how many bytes have arrived. Until it
    /// returns, nothing has the target's name that did not have it before.
    pub async fn download_file(
        &self,
        node: &Node,
        to: &DownloadTo,
        progress: impl Fn(ByteCount) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<FileDownload, AppError> {
        if node.content.is_none() {
            return Err(AppError::IsFolder { name: node.name.to_string() });
        }
        let (to, existing) = match to {
            DownloadTo::File(path) => (SaveTo::File(path.clone()), Existing::Replace),
            DownloadTo::Folder(path) => (SaveTo::Folder(path.clone()), Existing::KeepBoth),
        };
        let progress = Progress::told(progress);
        let control = &*self.control;
        let saved = self.engine.download_file(control, node.id, &to, existing, &progress, cancel).await?;
        Ok(FileDownload { path: saved.path, size: saved.size })
    }
}

impl App {
    /// Puts files into the transfers panel to be downloaded. Refused whole when a folder is among
    /// them.
    pub async fn download_files(&self, ids: Vec<NodeId>, to: DownloadTo) -> Result<(), AppError> {
        let rows = self.library()?.rows(&ids).await?;
        let mut files = Vec::with_capacity(rows.len());
        for row in rows {
            match &row.node.content {
                Some(content) => files.push((row.node.id, row.node.name.to_string(), content.size)),
                None => return Err(AppError::IsFolder { name: row.node.name.to_string() }),
            }
        }
        if files.is_empty() {
            return Err(AppError::NotHere { what: "This file" });
        }
        for (node, name, size) in files {
            self.add_transfer(Direction::Download, name, size, Job::Download { node, to: to.clone() });
        }
        self.start_transfers();
        Ok(())
    }

    /// The name that a save dialog should propose for a file.
    pub async fn suggested_file_name(&self, id: NodeId) -> Result<String, AppError> {
        let row = self.library()?.row(id).await?.ok_or(AppError::NotHere { what: "This file" })?;
        Ok(row.node.name.to_string())
    }
}
