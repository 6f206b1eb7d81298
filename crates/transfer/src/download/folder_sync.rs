//! Names that survive a power cut.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Syncs folders after names in them were given. Downloads that end at the same time share a sync:
/// ten thousand small files in one folder cost a few hundred.
///
/// Memory: an entry for each folder that is being synced.
#[derive(Debug, Default)]
pub(crate) struct FolderSync {
    folders: Mutex<HashMap<PathBuf, Arc<Folder>>>,
}

#[derive(Debug, Default)]
struct Folder {
    asked: AtomicU64,
    /// Up to which asking the folder is synced.
    synced: tokio::sync::Mutex<u64>,
}

impl FolderSync {
    /// Returns when every name that was in the folder at the call is on the disk.
    pub(super) async fn sync(&self, path: &Path) -> io::Result<()> {
        let folder = self.lock().entry(path.to_owned()).or_default().clone();
        let ticket = folder.asked.fetch_add(1, Ordering::AcqRel) + 1;
        let result = folder.sync(path, ticket).await;
        let mut folders = self.lock();
        // The map's and this one: nobody else waits.
        if Arc::strong_count(&folder) <= 2 {
            folders.remove(path);
        }
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Arc<Folder>>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Folder {
    async fn sync(&self, path: &Path, ticket: u64) -> io::Result<()> {
        let mut synced = self.synced.lock().await;
        if *synced >= ticket {
            return Ok(());
        }
        let asked = self.asked.load(Ordering::Acquire);
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || sync_blocking(&path)).await.map_err(io::Error::other)??;
        *synced = asked;
        Ok(())
    }
}

#[cfg(unix)]
fn sync_blocking(folder: &Path) -> io::Result<()> {
    match std::fs::File::open(folder)?.sync_all() {
        // Some file systems cannot do it, and say so.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "the other systems can fail")]
fn sync_blocking(_: &Path) -> io::Result<()> {
    Ok(())
}
