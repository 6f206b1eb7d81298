//! Trees of files: made, and compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use notespot_testkit::{Draws, content};

/// A folder to upload, and what it becomes in the object store.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) name: String,
    pub(crate) files: usize,
    /// Those of them that are sent in parts.
    pub(crate) in_parts: usize,
}

/// Content of up to this many bytes is sent in one piece.
pub(crate) const PART: u64 = 16 * 1024 * 1024;

/// Makes a folder `name` with so many small files, and with large ones of about these sizes.
pub(crate) fn make(home: &Path, draws: &mut Draws, name: &str, small: usize, large: &[u64]) -> Tree {
    let folders = ["", "deep", "deep/er"].map(|folder| home.join(name).join(folder));
    for folder in &folders {
        fs::create_dir_all(folder).unwrap();
    }
    for number in 0..small {
        let bytes = usize::try_from(draws.below(9_000)).unwrap();
        fs::write(draws.one(&folders).join(format!("{number}.txt")), content(draws.below(u64::MAX), bytes))
            .unwrap();
    }
    for (number, size) in large.iter().enumerate() {
        let bytes = usize::try_from(size + draws.below(1024)).unwrap();
        fs::write(folders[1].join(format!("large {number}.bin")), content(draws.below(u64::MAX), bytes))
            .unwrap();
    }
    let in_parts = large.iter().filter(|size| **size >= PART).count();
    Tree { name: name.to_owned(), files: small + large.len(), in_parts }
}

/// Gives every file of a folder new content, of about the same size.
pub(crate) fn rewrite(folder: &Path, draws: &mut Draws) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rewrite(&path, draws);
            continue;
        }
        let bytes = path.metadata().unwrap().len() + draws.below(64);
        fs::write(&path, content(draws.below(u64::MAX), usize::try_from(bytes).unwrap())).unwrap();
    }
}

/// Everything in a folder, below its folders: hidden files too.
pub(crate) fn read(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = PathBuf::from(path.file_name().unwrap());
            found.extend(read(&path).into_iter().map(|(below, bytes)| (name.join(below), bytes)));
        } else {
            found.insert(path.file_name().unwrap().into(), fs::read(&path).unwrap());
        }
    }
    found
}

/// Fails, with names, unless both hold the same files with the same bytes.
pub(crate) fn require_same(sent: &Path, got: &Path) {
    let (sent, got) = (read(sent), read(got));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&got), names(&sent), "other files");
    for (name, bytes) in sent {
        assert!(got[&name] == bytes, "{} has other bytes", name.display());
    }
}
