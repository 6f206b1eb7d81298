//! Content whose length nobody knows before its end: what comes through a pipe.

use notespot_protocol::{ByteCount, NodeId, NodeName};
use tempfile::TempPath;
use tokio::io::{AsyncRead, AsyncWriteExt as _};

use crate::{AppError, FileUpload, Remote};

/// A stream that was read to its end, and waits on this machine's disk to be uploaded. Dropping it
/// removes it there.
#[derive(Debug)]
pub struct Spooled {
    /// How to upload it.
    pub file: FileUpload,
    /// How long it turned out to be.
    pub size: ByteCount,
    _path: TempPath,
}

impl Remote {
    /// Reads a stream to its end, into a hidden file in the application's folder. The server plans a
    /// file by its length, and a part that has to be sent again has to be read again: a pipe offers
    /// neither.
    pub async fn spool(
        &self,
        name: &str,
        folder: Option<NodeId>,
        mut from: impl AsyncRead + Unpin + Send,
    ) -> Result<Spooled, AppError> {
        let node_name = NodeName::new(name)?;
        let spools = self.data_dir.join("uploads");
        let trouble = |source| AppError::File { name: name.to_owned(), source };
        tokio::fs::create_dir_all(&spools).await.map_err(trouble)?;
        let (file, path) = tempfile::NamedTempFile::new_in(spools).map_err(trouble)?.into_parts();
        let mut file = tokio::fs::File::from_std(file);
        let size = tokio::io::copy(&mut from, &mut file).await.map_err(trouble)?;
        file.flush().await.map_err(trouble)?;
        let file = FileUpload { name: Some(node_name), ..FileUpload::new(path.to_path_buf(), folder) };
        Ok(Spooled { file, size: ByteCount(size), _path: path })
    }
}
