//! A command that was interrupted, given again.
//!
//! References of uploads follow from a seed that is on the disk before the first is planned, and from
//! what the file looks like. The same command, given again, therefore names the same uploads: the
//! server knows which are published, the object store which parts have arrived. There is nothing else
//! to be kept, and nothing that a `kill -9` could leave half written.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use notespot_protocol::{ClientRef, NodeId};
use sha2::{Digest as _, Sha256};

use crate::{AppError, Remote};

/// After a week, the server gives up uploads that were not completed: the command begins anew.
const GOOD_FOR: Duration = Duration::from_hours(6 * 24);

/// One command that uploads, from its first attempt to the one that ends it.
#[derive(Debug)]
pub struct UploadCommand {
    file: PathBuf,
    seed: [u8; 32],
}

impl Remote {
    /// Takes up the command that was interrupted, or begins it. `words` tell one command from
    /// another, together with the server and the working folder.
    pub fn upload_command(&self, words: &[&OsStr]) -> Result<UploadCommand, AppError> {
        let mut name = Sha256::new();
        let here = std::env::current_dir().unwrap_or_default();
        for word in [OsStr::new(self.server_url()), here.as_os_str()].iter().chain(words) {
            let bytes = word.as_encoded_bytes();
            name.update((bytes.len() as u64).to_le_bytes());
            name.update(bytes);
        }
        let file = self.data_dir.join("uploads").join(hex::encode(&name.finalize()[..16]));
        UploadCommand::at(file.clone())
            .map_err(|source| AppError::File { name: file.display().to_string(), source })
    }
}

impl UploadCommand {
    fn at(file: PathBuf) -> io::Result<Self> {
        if let Some(seed) = read(&file)? {
            return Ok(Self { file, seed });
        }
        let seed = write(&file, rand::random())?;
        Ok(Self { file, seed })
    }

    /// One whose seed is kept elsewhere.
    pub(crate) fn of(seed: [u8; 32]) -> Self {
        Self { file: PathBuf::new(), seed }
    }

    /// The reference of a file as it is now, in the place that it goes to.
    pub(super) fn client_ref(&self, path: &Path, metadata: &Metadata, folder: Option<NodeId>) -> ClientRef {
        let modified = metadata.modified().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        let mut hash = Sha256::new_with_prefix(self.seed);
        hash.update(metadata.len().to_le_bytes());
        hash.update(modified.unwrap_or_default().as_nanos().to_le_bytes());
        hash.update(folder.map_or([0; 16], |folder| folder.0.into_bytes()));
        hash.update(path.as_os_str().as_encoded_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        ClientRef(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Everything was done: the same words are another command from now on.
    pub fn end(&self) {
        if let Err(error) = fs::remove_file(&self.file) {
            tracing::warn!(%error, "a finished command could not be forgotten");
        }
    }
}

/// The seed of a command that was begun and is still good.
fn read(file: &Path) -> io::Result<Option<[u8; 32]>> {
    let metadata = match fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let age = metadata.modified()?.elapsed().unwrap_or_default();
    let seed = fs::read(file)?.try_into().ok();
    Ok(seed.filter(|_| age < GOOD_FOR))
}

/// On the disk, whole, before it is used. Gives the seed that is there then: the same command may be
/// given twice at once. What a program that died here has left is written over by the next.
fn write(file: &Path, seed: [u8; 32]) -> io::Result<[u8; 32]> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let new = file.with_extension("new");
    let mut writer = File::options().create(true).truncate(false).write(true).open(&new)?;
    writer.lock()?;
    if let Some(seed) = read(file)? {
        return Ok(seed);
    }
    writer.set_len(0)?;
    writer.write_all(&seed)?;
    writer.sync_all()?;
    fs::rename(new, file)?;
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_keeps_its_references_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (file, source) = (folder.path().join("uploads/x"), folder.path().join("a.txt"));
        fs::write(&source, b"one").unwrap();
        let reference =
            |command: &UploadCommand| command.client_ref(&source, &fs::metadata(&source).unwrap(), None);
        let first = reference(&UploadCommand::at(file.clone()).unwrap());
        let again = UploadCommand::at(file.clone()).unwrap();
        assert_eq!(reference(&again), first);
        assert_ne!(
            again.client_ref(&source, &fs::metadata(&source).unwrap(), Some(NodeId::generate())),
            first
        );
        fs::write(&source, b"longer").unwrap();
        assert_ne!(reference(&again), first, "another version is another upload");
        fs::write(&source, b"one").unwrap();
        again.end();
        assert_ne!(reference(&UploadCommand::at(file).unwrap()), first);
    }
}
