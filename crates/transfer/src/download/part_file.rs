//! The hidden file beside the target.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use notespot_protocol::{NodeId, Sha256, Timestamp};
use sha2::Digest as _;
use tempfile::TempPath;
use tokio_util::sync::CancellationToken;

use super::Existing;
use super::target::{NUMBERS_MAX, Target, sha256_of};
use crate::TransferError;

/// How long a download waits for one of the same file that is just ending.
const LOCK_WAIT: Duration = Duration::from_secs(2);
const LOCK_POLL: Duration = Duration::from_millis(10);

/// A download that has no name yet, locked against every other download of the same file to the same
/// place. Dropping it leaves it, unless it is disposable.
#[derive(Debug)]
pub(super) struct PartFile {
    file: File,
    path: TempPath,
}

/// What the disk has to give back, and who may stop waiting for it.
pub(super) struct ReadBack {
    pub(super) sha256: Sha256,
    pub(super) cancel: CancellationToken,
}

impl PartFile {
    /// Opens the one that an earlier download left, or makes one. Fails before anything is downloaded
    /// where the target could not be written. Blocks.
    pub(super) fn open(target: &Target, node: NodeId) -> Result<Self, TransferError> {
        let path = target.folder().join(part_name(target, node));
        let opened = match open_own(&path) {
            Ok(Some(part)) => Ok(part),
            // Another download of the same file goes on beside this one, or somebody else's file has
            // the name: this one takes another, and begins at the beginning.
            Ok(None) => create_new(target.folder()),
            Err(error) => Err(error),
        };
        opened.map_err(|error| target.trouble(error))
    }

    /// Removes the one that an earlier download left, where there is one. Blocks.
    pub(super) fn remove(target: &Target, node: NodeId) -> Result<(), TransferError> {
        let path = target.folder().join(part_name(target, node));
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        match open_own(&path) {
            Ok(Some(mut part)) => part.set_disposable(),
            Ok(None) => {}
            Err(error) => return Err(target.trouble(error)),
        }
        Ok(())
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Dropping it removes it from now on.
    pub(super) fn set_disposable(&mut self) {
        self.path.disable_cleanup(false);
    }

    /// Dropping it leaves it from now on, for the next download of the same file.
    pub(super) fn keep(&mut self) {
        self.path.disable_cleanup(true);
    }

    /// Puts the complete content on the disk and under the target's name, in one step. The folder has
    /// to be synced yet. With `read_back`, the disk has to give back what was expected. Blocks.
    pub(super) fn take_its_name(
        self,
        target: &Target,
        modified_at: Option<Timestamp>,
        read_back: Option<&ReadBack>,
    ) -> Result<PathBuf, TransferError> {
        if let Some(modified_at) = modified_at {
            // A file system without times is still one that holds files.
            let _ = self.file.set_modified(SystemTime::from(modified_at));
        }
        let trouble = |error| target.trouble(error);
        self.file.sync_all().map_err(trouble)?;
        if let Some(ReadBack { sha256, cancel }) = read_back {
            forget_cached(&self.file);
            let there = sha256_of(&self.file, cancel).map_err(trouble)?;
            if there.ok_or(TransferError::Cancelled)? != *sha256 {
                return Err(TransferError::DiskDamages { name: target.name.to_string() });
            }
        }
        self.persist(target).map_err(trouble)
    }

    fn persist(self, target: &Target) -> io::Result<PathBuf> {
        let Self { mut path, file: _locked } = self;
        path.disable_cleanup(false);
        if target.existing == Existing::Replace {
            path.persist(&target.path)?;
            return Ok(target.path.clone());
        }
        let mut named = target.path.clone();
        for number in 2..NUMBERS_MAX {
            match path.persist_noclobber(&named) {
                Ok(()) => return Ok(named),
                Err(taken)
                    if target.existing == Existing::KeepBoth
                        && taken.error.kind() == io::ErrorKind::AlreadyExists =>
                {
                    path = taken.path;
                    named = target.numbered(number);
                }
                Err(other) => return Err(other.error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// Makes the system read the file from the disk when it is read next, where it can be told so: all of it has been
/// synced. Elsewhere its memory answers.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn forget_cached(file: &File) {
    // Advice: a file system may not take it.
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn forget_cached(_: &File) {}

/// The same for each download of the same file to the same place, and nothing else.
fn part_name(target: &Target, node: NodeId) -> String {
    let mut hash = sha2::Sha256::new_with_prefix(node.0.into_bytes());
    hash.update(target.path.file_name().unwrap_or_default().as_encoded_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    format!(".notespot-{:032x}.part", u128::from_be_bytes(first))
}

/// Like every other new file: what the person's umask leaves, not for the person alone.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NOFOLLOW.bits().cast_signed(),
    );
    options
}

/// `None` when it belongs to somebody else: to another user, or to another download.
fn open_own(path: &Path) -> io::Result<Option<PartFile>> {
    let give_up_at = Instant::now() + LOCK_WAIT;
    loop {
        let file = match options().create(true).truncate(false).open(path) {
            Ok(file) => file,
            Err(error) if is_somebody_else_s(&error, path) => return Ok(None),
            Err(error) => return Err(error),
        };
        if !is_own(&file)? {
            return Ok(None);
        }
        match file.try_lock() {
            // The one that held the lock may have given the file its name, or removed it.
            Ok(()) if is_still(&file, path)? => return Ok(Some(PartFile { file, path: kept(path)? })),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if Instant::now() < give_up_at => std::thread::sleep(LOCK_POLL),
            Err(TryLockError::WouldBlock) => return Ok(None),
            // A file system without locks: as good as alone.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                return Ok(Some(PartFile { file, path: kept(path)? }));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn create_new(folder: &Path) -> io::Result<PartFile> {
    let path = folder.join(format!(".notespot-{}.part", uuid::Uuid::new_v4().simple()));
    let file = options().create_new(true).open(&path)?;
    Ok(PartFile { file, path: TempPath::try_from_path(path)? })
}

/// A path that outlives the program.
fn kept(path: &Path) -> io::Result<TempPath> {
    let mut path = TempPath::try_from_path(path)?;
    path.disable_cleanup(true);
    Ok(path)
}

/// A link, or a file that may not be written, in a place where others write too.
fn is_somebody_else_s(error: &io::Error, path: &Path) -> bool {
    match error.kind() {
        io::ErrorKind::PermissionDenied => path.symlink_metadata().is_ok(),
        _ => path.is_symlink(),
    }
}

#[cfg(unix)]
fn is_own(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata()?;
    let owner = rustix::process::geteuid().as_raw();
    Ok(metadata.is_file() && metadata.uid() == owner && metadata.nlink() <= 1)
}

#[cfg(windows)]
fn is_own(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.is_file())
}

#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let here = file.metadata()?;
    match path.symlink_metadata() {
        Ok(there) => Ok((here.dev(), here.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file that is open cannot be renamed or removed there.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail")]
fn is_still(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use notespot_protocol::NodeName;

    use super::super::SaveTo;
    use super::*;

    fn part_with(content: &[u8]) -> (tempfile::TempDir, Target, PartFile) {
        let folder = tempfile::tempdir().unwrap();
        let to = SaveTo::Folder(folder.path().to_owned());
        let target = Target::of(&to, &NodeName::new("film.mkv").unwrap(), Existing::Fail);
        let mut part = PartFile::open(&target, NodeId::generate()).unwrap();
        part.set_disposable();
        part.file().write_all(content).unwrap();
        (folder, target, part)
    }

    fn names(folder: &Path) -> Vec<std::ffi::OsString> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn what_the_disk_gives_back_otherwise_gets_no_name() {
        let content = notespot_testkit::content(1, 3 * 1024 * 1024);
        let sha256 = Sha256::from_bytes(sha2::Sha256::digest(&content).into());
        for damaged in [false, true] {
            let (folder, target, part) = part_with(&content);
            if damaged {
                crate::positioned::write_all_at(part.file(), &[content[77] ^ 1], 77).unwrap();
            }
            let read_back = ReadBack { sha256, cancel: CancellationToken::new() };
            let named = part.take_its_name(&target, None, Some(&read_back));
            if damaged {
                assert!(matches!(named, Err(TransferError::DiskDamages { .. })), "{named:?}");
                assert!(names(folder.path()).is_empty());
            } else {
                assert_eq!(std::fs::read(named.unwrap()).unwrap(), content);
                assert_eq!(names(folder.path()), ["film.mkv"]);
            }
        }
    }
}
