//! The place that a download goes to, and what is there already.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use notespot_protocol::{ByteCount, DownloadPlan, NodeName, Sha256};
use sha2::Digest as _;
use tokio_util::sync::CancellationToken;

use super::{Existing, SaveTo, local_name};
use crate::settings::CHUNK_BYTES;
use crate::{Engine, TransferError};

/// Beyond this many files of the same name, numbering gives up.
pub(super) const NUMBERS_MAX: u32 = 10_000;

/// Where a file goes, and how it is called in messages.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) name: NodeName,
    pub(super) existing: Existing,
}

/// What has the target's name.
pub(super) enum There {
    Nothing,
    /// A file that holds the very same content.
    Same,
    Other,
    Folder,
}

impl Target {
    pub(super) fn of(to: &SaveTo, own_name: &NodeName, existing: Existing) -> Self {
        let (path, name) = match to {
            SaveTo::Folder(folder) => (folder.join(local_name(own_name, folder)), own_name.clone()),
            SaveTo::File(path) => {
                let chosen = path.file_name().and_then(|chosen| NodeName::new(chosen.to_string_lossy()).ok());
                (path.clone(), chosen.unwrap_or_else(|| own_name.clone()))
            }
        };
        Self { path, name, existing }
    }

    /// The folder that it goes into.
    pub(super) fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }

    pub(super) fn into_path(self) -> PathBuf {
        self.path
    }

    /// The same place under the next number.
    pub(super) fn numbered(&self, number: u32) -> PathBuf {
        self.path.with_file_name(local_name(&self.name.numbered(number), self.folder()))
    }

    pub(super) fn taken(&self) -> TransferError {
        TransferError::TargetExists { name: self.name.to_string() }
    }

    pub(super) fn trouble(&self, error: io::Error) -> TransferError {
        TransferError::writing(self.name.as_str(), error)
    }

    /// Looks what is there. Reads it where it has the right length: that costs less than a download.
    ///
    /// Where both are to be kept, the same content under one of the numbered names counts too, and the
    /// target becomes that name: a command that is given again makes no further copy.
    pub(super) async fn look(
        &mut self,
        engine: &Engine,
        plan: &DownloadPlan,
    ) -> Result<There, TransferError> {
        let there = Self::look_at(engine, plan, &self.path).await?;
        if self.existing == Existing::KeepBoth && matches!(there, There::Other | There::Folder) {
            for number in 2..NUMBERS_MAX {
                let numbered = self.numbered(number);
                match Self::look_at(engine, plan, &numbered).await? {
                    There::Nothing => break,
                    There::Same => {
                        self.path = numbered;
                        return Ok(There::Same);
                    }
                    There::Other | There::Folder => {}
                }
            }
        }
        Ok(there)
    }

    async fn look_at(engine: &Engine, plan: &DownloadPlan, path: &Path) -> Result<There, TransferError> {
        let Ok(metadata) = tokio::fs::symlink_metadata(path).await else { return Ok(There::Nothing) };
        if metadata.is_dir() {
            return Ok(There::Folder);
        }
        let _turn = engine.hash_passes.acquire().await.map_err(|_| TransferError::Closing)?;
        let (path, size, sha256) = (path.to_owned(), plan.size, plan.sha256);
        let same = blocking(move || Ok(holds(&path, size, sha256))).await?;
        Ok(if same { There::Same } else { There::Other })
    }

    /// Whether the content is there by now: a download of the same file that was just ending may have
    /// put it there. Blocks.
    pub(super) fn holds(&self, plan: &DownloadPlan) -> bool {
        holds(&self.path, plan.size, plan.sha256)
    }
}

/// Whether a file holds this content. What cannot be read is not known to.
fn holds(path: &Path, size: ByteCount, sha256: Sha256) -> bool {
    let has_the_size = |file: Metadata| file.is_file() && file.len() == size.get();
    let there = || sha256_of(&File::open(path)?, &CancellationToken::new());
    path.symlink_metadata().is_ok_and(has_the_size) && there().is_ok_and(|there| there == Some(sha256))
}

/// Of all that is in the file; `None` when it was cancelled. Blocks.
pub(super) fn sha256_of(mut file: &File, cancel: &CancellationToken) -> io::Result<Option<Sha256>> {
    file.rewind()?;
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut sha256 = sha2::Sha256::new();
    while !cancel.is_cancelled() {
        match file.read(&mut buffer)? {
            0 => return Ok(Some(Sha256::from_bytes(sha256.finalize().into()))),
            read => sha256.update(&buffer[..read]),
        }
    }
    Ok(None)
}

/// Does work that waits for a disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TransferError> + Send + 'static,
) -> Result<T, TransferError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| TransferError::Closing)?
}
