//! Content whose length nobody knows before its end: what comes through a pipe.

use std::io;
use std::path::{Path, PathBuf};

use notespot_protocol::{ByteCount, NodeId, NodeName};
use tempfile::TempPath;
use tokio::io::{AsyncRead, AsyncWriteExt as _};

use crate::{AppError, FileUpload, Remote};

const PREFIX: &str = "stream-";
/// Locked by whoever makes one.
const TURN: &str = "lock";

/// A stream that was read to its end, and waits on this machine's disk to be uploaded. Dropping it
/// removes it there; after a crash, the next stream does.
#[derive(Debug)]
pub struct Spooled {
    /// How to upload it.
    pub file: FileUpload,
    /// How long it turned out to be.
    pub size: ByteCount,
    /// Locked as long as this lives: so it is told from what a crash has left.
    _held: std::fs::File,
    _path: TempPath,
}

impl Remote {
    /// Where streams wait to be uploaded.
    #[must_use]
    pub fn spool_folder(&self) -> PathBuf {
        self.data_dir.join("streams")
    }

    /// Reads a stream to its end, into a file in [`spool_folder`](Self::spool_folder). The server plans a
    /// file by its length, and a part that has to be sent again has to be read again: a pipe offers
    /// neither. As long as the disk has room for all of it.
    pub async fn spool(
        &self,
        name: &str,
        folder: Option<NodeId>,
        mut from: impl AsyncRead + Unpin + Send,
    ) -> Result<Spooled, AppError> {
        let node_name = NodeName::new(name)?;
        let spools = self.spool_folder();
        let trouble = |source| AppError::Spool { folder: spools.clone(), source };
        let made = spools.clone();
        let making = tokio::task::spawn_blocking(move || make(&made));
        let (held, path) =
            making.await.map_err(|error| trouble(io::Error::other(error)))?.map_err(trouble)?;
        let mut file = tokio::fs::File::from_std(held.try_clone().map_err(trouble)?);
        let size = tokio::io::copy(&mut from, &mut file).await.map_err(trouble)?;
        file.flush().await.map_err(trouble)?;
        let file = FileUpload { name: Some(node_name), ..FileUpload::new(path.to_path_buf(), folder) };
        Ok(Spooled { file, size: ByteCount(size), _held: held, _path: path })
    }
}

/// A new file that is locked, after those that nobody holds any more were removed.
fn make(folder: &Path) -> io::Result<(std::fs::File, TempPath)> {
    std::fs::create_dir_all(folder)?;
    // One at a time: a file that is made, and not locked yet, looks like one that was left behind.
    let turn = std::fs::File::options().create(true).truncate(false).write(true).open(folder.join(TURN))?;
    turn.lock()?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if ours && std::fs::File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            tracing::info!("a stream that was left behind is removed");
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                // Its process has just done the same.
                _ => {}
            }
        }
    }
    let (file, path) = tempfile::Builder::new().prefix(PREFIX).tempfile_in(folder)?.into_parts();
    file.lock()?;
    Ok((file, path))
}
