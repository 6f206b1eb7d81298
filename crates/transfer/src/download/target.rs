//! The place that a download goes to, and what is there already.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use notespot_protocol::{DownloadPlan, NodeName, Sha256};
use sha2::Digest as _;

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
    pub(super) fn of(to: &SaveTo, plan: &DownloadPlan, existing: Existing) -> Self {
        let (path, name) = match to {
            SaveTo::Folder(folder) => (folder.join(local_name(&plan.name)), plan.name.clone()),
            SaveTo::File(path) => {
                let chosen = path.file_name().and_then(|chosen| NodeName::new(chosen.to_string_lossy()).ok());
                (path.clone(), chosen.unwrap_or_else(|| plan.name.clone()))
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
        self.path.with_file_name(local_name(&self.name.numbered(number)))
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
        if !metadata.is_file() || metadata.len() != plan.size.get() {
            return Ok(There::Other);
        }
        let _turn = engine.hash_passes.acquire().await.map_err(|_| TransferError::Closing)?;
        let (path, sha256) = (path.to_owned(), plan.sha256);
        // What cannot be read is not known to be the same.
        let same = blocking(move || Ok(sha256_of(&path).is_ok_and(|there| there == sha256))).await?;
        Ok(if same { There::Same } else { There::Other })
    }
}

fn sha256_of(path: &Path) -> io::Result<Sha256> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut sha256 = sha2::Sha256::new();
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Sha256::from_bytes(sha256.finalize().into())),
            read => sha256.update(&buffer[..read]),
        }
    }
}

/// Does work that waits for a disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TransferError> + Send + 'static,
) -> Result<T, TransferError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| TransferError::Closing)?
}
