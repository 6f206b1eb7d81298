//! Trees of files: made, and compared with what is at the server and on the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use notespot_app::Remote;
use notespot_protocol::NodeId;
use notespot_testkit::{content, sha256_of};

/// Of more than one piece on the way down, and hashed from the disk on the way up.
const LARGE_BYTES: usize = 3 << 20;

/// Makes a folder whose content nothing else has.
pub(crate) fn make(folder: &Path, seed: u64) {
    fs::create_dir_all(folder.join("deep")).unwrap();
    for (number, name) in ["a.txt", "b.txt", "c.txt", "d.txt", "deep/e.txt", "deep/f.txt"].iter().enumerate()
    {
        let bytes = content(seed * 1000 + number as u64, 100 + 700 * number);
        fs::write(folder.join(name), bytes).unwrap();
    }
    fs::write(folder.join("deep/film.bin"), content(seed * 1000 + 999, LARGE_BYTES)).unwrap();
}

/// Everything below a folder, hidden files too.
pub(crate) fn read(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = PathBuf::from(path.file_name().unwrap());
        if path.is_dir() {
            found.extend(read(&path).into_iter().map(|(below, bytes)| (name.join(below), bytes)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

/// Fails, with names, unless a folder holds exactly this.
pub(crate) fn require(folder: &Path, expected: &BTreeMap<PathBuf, Vec<u8>>) {
    let there = read(folder);
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there), names(expected), "{}: other files", folder.display());
    for (name, bytes) in expected {
        assert!(there[name] == *bytes, "{}: {} has other bytes", folder.display(), name.display());
    }
}

/// Fails unless the server's folder holds exactly what this one does, each name once.
pub(crate) async fn require_at_server(remote: &Remote, folder: &Path, node: NodeId) {
    let nodes = remote.list(Some(node)).await.unwrap();
    let mut there: Vec<_> = nodes.iter().map(|node| node.name.to_string()).collect();
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut here: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    there.sort_unstable();
    here.sort_unstable();
    assert_eq!(there, here, "{}: each once", folder.display());
    for node in nodes {
        let path = folder.join(node.name.as_str());
        match node.content {
            Some(content) => {
                assert_eq!(content.sha256, sha256_of(&fs::read(&path).unwrap()), "{}", path.display());
            }
            None => Box::pin(require_at_server(remote, &path, node.id)).await,
        }
    }
}
