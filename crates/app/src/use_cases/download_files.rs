//! Downloads.

use std::path::PathBuf;

use notespot_protocol::window::Direction;
use notespot_protocol::{ByteCount, Node, NodeId};
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
    #[expect(clippy::unused_async, reason = "what it waits for is not joined yet")]
    /// Downloads one file and verifies it; `progress` hears how many bytes have arrived.
    pub async fn download_file(
        &self,
        node: &Node,
        to: &DownloadTo,
        progress: impl Fn(ByteCount) + Send + Sync + 'static,
        cancel: &CancellationToken,
    ) -> Result<FileDownload, AppError> {
        let content = node.content.as_ref();
        let content = content.ok_or_else(|| AppError::IsFolder { name: node.name.to_string() })?;
        let _ = (self, to, progress, cancel, content);
        Err(AppError::NoEngine)
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
