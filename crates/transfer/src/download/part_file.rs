//! The hidden file beside the target.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use notespot_protocol::NodeName;
use tempfile::NamedTempFile;

use super::file_name::{Rules, mapped};
use super::writer::Writer;
use super::{Existing, SaveTo};
use crate::TransferError;

/// Beyond this many files of the same name, numbering gives up.
const NUMBERS_MAX: u32 = 10_000;

/// A download that has no name yet. Dropping it removes it.
pub(super) struct PartFile {
    file: NamedTempFile,
    target: PathBuf,
    name: NodeName,
    existing: Existing,
}

impl PartFile {
    /// Makes the file. Fails before anything is downloaded where the target could not be written.
    pub(super) async fn create(
        to: &SaveTo,
        name: &NodeName,
        existing: Existing,
    ) -> Result<Self, TransferError> {
        let (to, name) = (to.clone(), name.clone());
        blocking(move || Self::create_blocking(&to, name, existing)).await
    }

    fn create_blocking(to: &SaveTo, name: NodeName, existing: Existing) -> Result<Self, TransferError> {
        let (target, name) = match to {
            SaveTo::Folder(folder) => (folder.join(mapped(&name, Rules::HERE)), name),
            SaveTo::File(path) => {
                let chosen = path.file_name().and_then(|chosen| NodeName::new(chosen.to_string_lossy()).ok());
                (path.clone(), chosen.unwrap_or(name))
            }
        };
        let there = target.symlink_metadata().ok();
        let blocked = match existing {
            Existing::Fail => there.is_some(),
            Existing::Replace => there.is_some_and(|metadata| metadata.is_dir()),
            Existing::KeepBoth => false,
        };
        if blocked {
            return Err(TransferError::TargetExists { name: name.to_string() });
        }
        let folder = folder_of(&target);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".notespot-").suffix(".part");
        // Like every other new file: what the person's umask leaves, not for the person alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file =
            builder.tempfile_in(folder).map_err(|error| TransferError::writing(name.as_str(), error))?;
        Ok(Self { file, target, name, existing })
    }

    /// Writes into it, from the beginning.
    pub(super) fn writer(&self) -> Result<Writer, TransferError> {
        let file = self.file.as_file().try_clone();
        let file = file.map_err(|error| TransferError::writing(self.name.as_str(), error))?;
        Ok(Writer::start(file, self.name.to_string()))
    }

    /// Puts the complete file, which is on the disk already, under the target's name, in one step.
    pub(super) async fn take_its_name(self) -> Result<PathBuf, TransferError> {
        blocking(move || {
            let name = self.name.to_string();
            let folder = folder_of(&self.target).to_owned();
            let path = self.persist().map_err(|error| TransferError::writing(&name, error))?;
            // The name itself has to survive a power cut too.
            sync_folder(&folder).map_err(|error| TransferError::writing(&name, error))?;
            Ok(path)
        })
        .await
    }

    fn persist(self) -> io::Result<PathBuf> {
        let Self { mut file, target, name, existing } = self;
        if existing == Existing::Replace {
            file.persist(&target)?;
            return Ok(target);
        }
        let mut path = target.clone();
        for number in 2..NUMBERS_MAX {
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(taken)
                    if existing == Existing::KeepBoth
                        && taken.error.kind() == io::ErrorKind::AlreadyExists =>
                {
                    file = taken.file;
                    path = target.with_file_name(mapped(&name.numbered(number), Rules::HERE));
                }
                Err(other) => return Err(other.error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems cannot do it, and say so.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TransferError> + Send + 'static,
) -> Result<T, TransferError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| TransferError::Closing)?
}
