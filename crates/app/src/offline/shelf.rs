//! Whole contents in a folder, named by the file that they are of and their checksum.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use notespot_protocol::{ByteCount, NodeId, Sha256};

use super::{Content, make_private, remove_folder, sync_folder_of};

/// What is being fetched, each in a folder of its own.
const ARRIVING: &str = "arriving";

/// Contents that are whole: a name is given only to what was verified, in one step, and read-only.
///
/// Memory: about 100 bytes for each.
#[derive(Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
    there: Mutex<HashMap<NodeId, Vec<(Sha256, ByteCount)>>>,
}

impl Shelf {
    /// Blocks.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        make_private(&folder)?;
        fs::create_dir_all(folder.join(ARRIVING))?;
        Ok(Self { folder, there: Mutex::default() })
    }

    /// Looks what is there. Blocks.
    pub(super) fn read(&self) -> io::Result<()> {
        let mut there: HashMap<_, Vec<_>> = HashMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let named = entry.file_name().to_str().and_then(ids_in);
            let metadata = entry.metadata()?;
            if let Some((node, sha256)) = named.filter(|_| metadata.is_file()) {
                there.entry(node).or_default().push((sha256, ByteCount(metadata.len())));
            }
        }
        let mut known = self.there();
        for (node, of_node) in there {
            let known = known.entry(node).or_default();
            // One may have been taken in since.
            known.extend(
                of_node
                    .into_iter()
                    .filter(|(sha256, _)| known.iter().all(|(other, _)| other != sha256))
                    .collect::<Vec<_>>(),
            );
        }
        Ok(())
    }

    /// Where this content is, if it is here and has its length. Asks the disk, which somebody else may have cleared.
    /// Blocks.
    pub(super) fn path(&self, content: &Content) -> Option<PathBuf> {
        let path = self.folder.join(name_of(content.node, content.sha256));
        if fs::metadata(&path).is_ok_and(|file| file.len() == content.size.get()) {
            return Some(path);
        }
        if let Err(error) = self.remove(content.node, content.sha256) {
            tracing::warn!(%error, "what is left of a content could not be removed");
        }
        None
    }

    /// Whether it was here, and had its length, when that was last [read](Self::read).
    pub(super) fn has(&self, content: &Content) -> bool {
        let there = self.there();
        there.get(&content.node).is_some_and(|of_node| of_node.contains(&(content.sha256, content.size)))
    }

    /// Whether something was here by this name when that was last [read](Self::read).
    pub(super) fn holds(&self, node: NodeId, sha256: Sha256) -> bool {
        self.there().get(&node).is_some_and(|of_node| of_node.iter().any(|(other, _)| *other == sha256))
    }

    /// All contents of a file that are here.
    pub(super) fn versions_of(&self, file: &Content) -> Vec<Content> {
        let there = self.there();
        let of = |(sha256, size): &(Sha256, ByteCount)| Content { sha256: *sha256, size: *size, ..*file };
        there.get(&file.node).into_iter().flatten().map(of).collect()
    }

    /// The bytes of all of it.
    pub(super) fn used(&self) -> ByteCount {
        self.there().values().flatten().map(|(_, size)| *size).sum()
    }

    /// The folder that a content is fetched into. Blocks.
    pub(super) fn arriving(&self, content: &Content) -> io::Result<PathBuf> {
        let folder = self.folder.join(ARRIVING).join(name_of(content.node, content.sha256));
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Takes in what has arrived and was verified: it is here, power loss included, when this returns. Blocks.
    pub(super) fn take_in(&self, path: &Path, content: &Content) -> io::Result<()> {
        let mut permissions = fs::metadata(path)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(path, permissions)?;
        let named = self.folder.join(name_of(content.node, content.sha256));
        fs::rename(path, &named)?;
        used_now(&named);
        sync_folder_of(&named)?;
        {
            let mut there = self.there();
            let of_node = there.entry(content.node).or_default();
            of_node.retain(|(sha256, _)| *sha256 != content.sha256);
            of_node.push((content.sha256, content.size));
        }
        remove_folder(&self.folder.join(ARRIVING).join(name_of(content.node, content.sha256)))
    }

    /// Blocks.
    pub(super) fn remove(&self, node: NodeId, sha256: Sha256) -> io::Result<()> {
        let path = self.folder.join(name_of(node, sha256));
        #[cfg(windows)]
        make_writable(&path)?;
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut there = self.there();
        if let Some(of_node) = there.get_mut(&node) {
            of_node.retain(|(other, _)| *other != sha256);
            if of_node.is_empty() {
                there.remove(&node);
            }
        }
        Ok(())
    }

    /// Removes what is not to stay; `stays` is told what else is here of the same file. Blocks.
    pub(super) fn sweep(
        &self,
        stays: impl Fn(NodeId, Sha256, &[(Sha256, ByteCount)]) -> bool,
    ) -> io::Result<()> {
        let mut goes = Vec::new();
        for (node, of_node) in &*self.there() {
            let of_it = of_node.iter().filter(|(sha256, _)| !stays(*node, *sha256, of_node));
            goes.extend(of_it.map(|(sha256, _)| (*node, *sha256)));
        }
        for (node, sha256) in goes {
            self.remove(node, sha256)?;
        }
        Ok(())
    }

    /// Removes what has arrived of what nobody waits for any more. Blocks.
    pub(super) fn sweep_arriving(&self, stays: impl Fn(NodeId, Sha256) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(self.folder.join(ARRIVING))? {
            let entry = entry?;
            let named = entry.file_name().to_str().and_then(ids_in);
            if !named.is_some_and(|(node, sha256)| stays(node, sha256)) {
                remove_folder(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Removes what was of use longest ago, until the rest is within a bound. Blocks.
    pub(super) fn trim(&self, most: ByteCount) -> io::Result<()> {
        let mut all = Vec::new();
        for (node, of_node) in &*self.there() {
            all.extend(of_node.iter().map(|(sha256, size)| (*node, *sha256, *size)));
        }
        let mut by_use: Vec<_> = all
            .into_iter()
            .map(|(node, sha256, size)| {
                let used =
                    fs::metadata(self.folder.join(name_of(node, sha256))).and_then(|file| file.modified());
                (used.unwrap_or(SystemTime::UNIX_EPOCH), node, sha256, size)
            })
            .collect();
        by_use.sort_unstable_by_key(|(used, ..)| std::cmp::Reverse(*used));
        let mut sum = ByteCount::ZERO;
        for (_, node, sha256, size) in by_use {
            sum = sum + size;
            if sum > most {
                self.remove(node, sha256)?;
            }
        }
        Ok(())
    }

    fn there(&self) -> std::sync::MutexGuard<'_, HashMap<NodeId, Vec<(Sha256, ByteCount)>>> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes that a content was of use, for [`trim`](Shelf::trim).
pub(super) fn used_now(path: &Path) {
    // The owner of a file may set its time, also where it is read-only; where not, it goes a little earlier.
    let _ = fs::File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
}

fn name_of(node: NodeId, sha256: Sha256) -> String {
    format!("{}-{sha256}", node.0.simple())
}

fn ids_in(name: &str) -> Option<(NodeId, Sha256)> {
    let (node, sha256) = name.split_once('-')?;
    Some((node.parse().ok()?, sha256.parse().ok()?))
}

/// There, what may not be written cannot be removed either.
#[cfg(windows)]
#[expect(clippy::permissions_set_readonly_false, reason = "Windows has this one permission")]
pub(super) fn make_writable(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use notespot_protocol::VersionId;

    fn content(bytes: &[u8]) -> Content {
        Content {
            node: NodeId::generate(),
            version: VersionId::generate(),
            sha256: Sha256::from_bytes(
                sha2::Digest::finalize(sha2::Digest::chain_update(
                    <sha2::Sha256 as sha2::Digest>::new(),
                    bytes,
                ))
                .into(),
            ),
            size: ByteCount(bytes.len() as u64),
        }
    }

    fn put(shelf: &Shelf, bytes: &[u8]) -> Content {
        let content = content(bytes);
        let path = shelf.arriving(&content).unwrap().join("its name.pdf");
        fs::write(&path, bytes).unwrap();
        shelf.take_in(&path, &content).unwrap();
        content
    }

    #[test]
    fn contents_are_found_again_at_the_next_start_and_half_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path().to_owned()).unwrap();
        let (whole, cut) = (put(&shelf, b"whole"), put(&shelf, b"to be cut"));
        let path = shelf.path(&cut).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"to be").unwrap();
        fs::write(folder.path().join("something else"), b"").unwrap();
        let shelf = Shelf::open(folder.path().to_owned()).unwrap();
        shelf.read().unwrap();
        assert!(shelf.has(&whole) && !shelf.has(&cut));
        assert!(fs::metadata(shelf.path(&whole).unwrap()).unwrap().permissions().readonly());
        assert_eq!(shelf.used(), ByteCount(10));
    }

    #[test]
    fn what_was_of_use_last_stays_within_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path().to_owned()).unwrap();
        let all = [put(&shelf, b"aaaa"), put(&shelf, b"bbbb"), put(&shelf, b"cccc")];
        for (age, content) in [30, 10, 20].into_iter().zip(&all) {
            let then = SystemTime::now() - std::time::Duration::from_secs(age);
            fs::File::open(shelf.path(content).unwrap()).unwrap().set_modified(then).unwrap();
        }
        shelf.trim(ByteCount(8)).unwrap();
        assert_eq!(all.map(|content| shelf.has(&content)), [false, true, true]);
    }
}
