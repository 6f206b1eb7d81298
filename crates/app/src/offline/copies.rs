//! Copies that programs are given.
//!
//! Each opening has a folder of its own with a file of the name that the person knows. The file may not be written, so
//! that programs ask for another place to save to. What a person changes all the same is theirs: such a copy is
//! never removed.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notespot_protocol::{NodeName, Sha256};
use notespot_transfer::local_name;
use sha2::Digest as _;

use super::{Content, make_private, remove_folder};

/// For so long a program may still have its copy open.
pub(super) const A_DAY: Duration = Duration::from_hours(24);
const PIECE_BYTES: usize = 256 * 1024;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    /// What was to be copied is not what it should be. There is no copy.
    #[error("the content is damaged")]
    Damaged,
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A copy that was changed by somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) name: String,
    /// Where it is now.
    pub(crate) file: PathBuf,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Copies {
    opened: PathBuf,
    changed: PathBuf,
}

impl Copies {
    pub(super) fn at(opened: PathBuf, changed: PathBuf) -> Self {
        Self { opened, changed }
    }

    /// Copies a content, and verifies it on the way: nothing is left of one that is damaged. Blocks. Memory: a quarter
    /// of a mebibyte.
    pub(super) fn make(&self, from: &Path, content: &Content, name: &str) -> Result<PathBuf, CopyError> {
        make_private(&self.opened)?;
        let folder = self.opened.join(format!("{}-{}", content.sha256, uuid::Uuid::new_v4().simple()));
        make_private(&folder)?;
        let copied = copy_into(&folder, from, content, name);
        if copied.is_err() {
            // What remains is removed as what was opened is.
            let _ = remove_folder(&folder);
        }
        copied
    }

    /// Removes the copies of at least this age that are as they were made. Gives those that are not, in their new
    /// place. Blocks.
    pub(super) fn tidy(&self, age: Duration) -> Vec<Changed> {
        let Ok(entries) = fs::read_dir(&self.opened) else { return Vec::new() };
        let mut changed = Vec::new();
        for folder in entries.flatten().map(|entry| entry.path()) {
            let made = fs::metadata(&folder).and_then(|folder| folder.modified());
            let is_old = made.is_ok_and(|made| made.elapsed().unwrap_or_default() >= age);
            if !is_old {
                continue;
            }
            let outcome = if is_as_made(&folder) {
                remove_folder(&folder).map(|()| None)
            } else {
                self.set_aside(&folder)
            };
            match outcome {
                Ok(aside) => changed.extend(aside),
                Err(error) => tracing::warn!(%error, "a copy that was opened could not be put away"),
            }
        }
        changed
    }

    fn set_aside(&self, folder: &Path) -> io::Result<Option<Changed>> {
        make_private(&self.changed)?;
        let aside = self.changed.join(uuid::Uuid::new_v4().simple().to_string());
        fs::rename(folder, &aside)?;
        let first = fs::read_dir(&aside)?.next().transpose()?;
        Ok(first.map(|entry| Changed {
            name: entry.file_name().to_string_lossy().into_owned(),
            file: entry.path(),
        }))
    }
}

fn copy_into(folder: &Path, from: &Path, content: &Content, name: &str) -> Result<PathBuf, CopyError> {
    let mut from = File::open(from)?;
    let (path, mut to) = create(folder, name)?;
    let mut sha256 = sha2::Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut piece)? {
            0 => break,
            read => {
                sha256.update(&piece[..read]);
                to.write_all(&piece[..read])?;
            }
        }
    }
    if Sha256::from_bytes(sha256.finalize().into()) != content.sha256 {
        return Err(CopyError::Damaged);
    }
    let mut permissions = to.metadata()?.permissions();
    permissions.set_readonly(true);
    to.set_permissions(permissions)?;
    Ok(path)
}

/// A new file under the file's own name, or the nearest that this disk can hold; never outside of the folder.
fn create(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let own = NodeName::new(name).map_err(io::Error::other)?;
    let path = folder.join(local_name(&own, folder));
    match File::create_new(&path) {
        Ok(file) => Ok((path, file)),
        // Some disks hold shorter names, or fewer letters.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput) =>
        {
            let (_, ending) = own.split_extension();
            let is_plain =
                ending.len() <= 16 && ending.chars().all(|c| c == '.' || c.is_ascii_alphanumeric());
            let path = folder.join(format!("file{}", if is_plain { ending } else { "" }));
            Ok((path.clone(), File::create_new(path)?))
        }
        Err(error) => Err(error),
    }
}

/// Whether there is nothing in it but the content that its name tells. What cannot be read counts as somebody's work.
fn is_as_made(folder: &Path) -> bool {
    let named = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('-'));
    let Some(sha256) = named.and_then(|(sha256, _)| sha256.parse::<Sha256>().ok()) else { return false };
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let mut entries = entries.flatten().map(|entry| entry.path());
    match (entries.next(), entries.next()) {
        (None, _) => true,
        (Some(file), None) => holds(&file, sha256).unwrap_or(false),
        _ => false,
    }
}

fn holds(file: &Path, sha256: Sha256) -> io::Result<bool> {
    if !file.symlink_metadata()?.is_file() {
        return Ok(false);
    }
    let mut hash = sha2::Sha256::new();
    let mut file = File::open(file)?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(Sha256::from_bytes(hash.finalize().into()) == sha256),
            read => hash.update(&piece[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use notespot_protocol::{ByteCount, NodeId, VersionId};

    use super::*;

    fn made(name: &str) -> (tempfile::TempDir, Copies, Result<PathBuf, CopyError>) {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::at(folder.path().join("opened"), folder.path().join("changed"));
        let from = folder.path().join("content");
        fs::write(&from, b"abc").unwrap();
        let content = Content {
            node: NodeId::generate(),
            version: VersionId::generate(),
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse().unwrap(),
            size: ByteCount(3),
        };
        let copy = copies.make(&from, &content, name);
        (folder, copies, copy)
    }

    #[test]
    fn a_program_gets_a_copy_of_that_name_that_it_may_not_write() {
        for name in ["report.pdf", "-rf ..txt", "..\\..\\evil", &"x".repeat(255)] {
            let (folder, _, copy) = made(name);
            let copy = copy.unwrap();
            assert_eq!(copy.file_name().unwrap(), name);
            assert_eq!(copy.parent().unwrap().parent().unwrap(), folder.path().join("opened"));
            assert_eq!(fs::read(&copy).unwrap(), b"abc");
            assert!(fs::metadata(&copy).unwrap().permissions().readonly());
        }
    }

    #[test]
    fn what_was_only_read_is_put_away_and_what_was_changed_never() {
        let (_folder, copies, copy) = made("report.txt");
        let copy = copy.unwrap();
        assert_eq!(copies.tidy(A_DAY), [], "a program may still read it");
        assert!(copy.exists());
        assert_eq!(copies.tidy(Duration::ZERO), []);
        assert!(!copy.exists());

        let (_folder, copies, copy) = made("report.txt");
        let copy = copy.unwrap();
        fs::remove_file(&copy).unwrap();
        fs::write(&copy, b"my own words").unwrap();
        let changed = copies.tidy(Duration::ZERO);
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].name, "report.txt");
        assert_eq!(fs::read(&changed[0].file).unwrap(), b"my own words");
        assert_eq!(copies.tidy(Duration::ZERO), [], "it is told once");
    }

    #[test]
    fn nothing_is_given_out_that_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::at(folder.path().join("opened"), folder.path().join("changed"));
        let from = folder.path().join("content");
        fs::write(&from, b"abd").unwrap();
        let content = Content {
            node: NodeId::generate(),
            version: VersionId::generate(),
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".parse().unwrap(),
            size: ByteCount(3),
        };
        assert!(matches!(copies.make(&from, &content, "a.txt"), Err(CopyError::Damaged)));
        assert_eq!(fs::read_dir(folder.path().join("opened")).unwrap().count(), 0);
    }
}
