//! Contents on this machine: what is kept available offline, and what was opened or seen last.
//!
//! The library knows what is wished ([`Library::keep_offline`](crate::library::Library::keep_offline)). Here it is
//! fetched, kept as it is at the server, and given out. Contents are named by ids and checksums, never by a name that
//! came from the server, in a folder of the account that nobody else may read. What is there is whole and was verified;
//! it is verified again, and copied, before a program sees it, so that no program can change what is kept.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notespot_protocol::window::{OfflineUsage, Opening};
use notespot_protocol::{ByteCount, NodeId, Sha256};
use sha2::Digest as _;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

mod copies;
mod fetch;
mod keeper;
mod picture;
mod plan;
mod programs;
mod shelf;

pub(crate) use copies::{Changed, CopyError};
pub(crate) use fetch::{Content, fetch};
pub(crate) use keeper::keep;
pub use picture::Picture;
pub(crate) use programs::is_program;

use copies::Copies;
use shelf::Shelf;

/// What was opened or seen and is not kept may use so much; what was used last stays.
const CACHE_MAX: ByteCount = ByteCount(200_000_000);

/// How long removing all of it waits for what is under way.
const ENDING_TIME: Duration = Duration::from_secs(5);
/// A person who walks through a list of pictures looks at one at a time.
const PREVIEWS_AT_ONCE: usize = 2;

/// The contents of one account on this machine.
#[derive(Debug)]
pub(crate) struct Offline {
    folder: PathBuf,
    /// What is to be available offline.
    pub(crate) kept: Arc<Shelf>,
    /// What was opened or seen.
    pub(crate) seen: Arc<Shelf>,
    copies: Arc<Copies>,
    /// Held by whoever brings here what is to be kept.
    keeping: tokio::sync::Mutex<()>,
    /// Something is to be looked at.
    wake: Notify,
    /// The person gave something up: its room is wanted now.
    is_given_up: std::sync::atomic::AtomicBool,
    usage: Mutex<OfflineUsage>,
    opening: Mutex<Vec<(Opening, CancellationToken)>>,
    /// Pictures that are being read or fetched to be shown.
    previews: Semaphore,
}

impl Offline {
    /// Opens the folder, or makes it. What is in it is still to be [read](Self::read).
    pub(crate) async fn open(folder: PathBuf) -> io::Result<Self> {
        blocking(move || {
            make_private(&folder)?;
            let shelf = |name: &str| Shelf::open(folder.join(name)).map(Arc::new);
            let (kept, seen) = (shelf("kept")?, shelf("seen")?);
            // Nobody goes on with what was fetched to be opened.
            seen.sweep_arriving(|_, _| false)?;
            let copies = Arc::new(Copies::at(folder.join("opened"), folder.join("changed")));
            Ok(Self {
                kept,
                seen,
                copies,
                folder,
                keeping: tokio::sync::Mutex::default(),
                wake: Notify::new(),
                is_given_up: false.into(),
                usage: Mutex::default(),
                opening: Mutex::default(),
                previews: Semaphore::new(PREVIEWS_AT_ONCE),
            })
        })
        .await
    }

    /// Looks what is here.
    async fn read(&self) -> io::Result<()> {
        let (kept, seen) = (self.kept.clone(), self.seen.clone());
        blocking(move || kept.read().and_then(|()| seen.read())).await
    }

    /// Has what is to be kept looked at soon.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// The same, and frees the room of what is not wanted any more, without waiting for the server.
    pub(crate) fn give_up(&self) {
        self.is_given_up.store(true, std::sync::atomic::Ordering::Release);
        self.wake();
    }

    /// As it was last looked at.
    pub(crate) fn usage(&self) -> OfflineUsage {
        *lock(&self.usage)
    }

    /// A copy of this content that a program may be given, where the content is here. One that is damaged is taken
    /// away: it is here no more.
    pub(crate) async fn copy(&self, content: &Content, name: &str) -> Result<Option<PathBuf>, CopyError> {
        for shelf in [self.kept.clone(), self.seen.clone()] {
            let (copies, wanted, name) = (self.copies.clone(), *content, name.to_owned());
            let made = on_thread(move || {
                let Some(path) = shelf.path(&wanted) else { return Ok(None) };
                match copies.make(&path, &wanted, &name) {
                    Ok(copy) => {
                        shelf::used_now(&path);
                        Ok(Some(copy))
                    }
                    Err(CopyError::Damaged) => {
                        tracing::error!(node = %wanted.node, "what is here of a file is damaged: it is fetched again");
                        shelf.remove(wanted.node, wanted.sha256)?;
                        Ok(None)
                    }
                    Err(error) => Err(error),
                }
            });
            if let Some(copy) = made.await? {
                return Ok(Some(copy));
            }
        }
        // What was taken away has to be fetched.
        self.wake();
        Ok(None)
    }

    /// All of this content, verified, where it is here. One that is damaged is taken away.
    pub(crate) async fn bytes(&self, content: &Content) -> io::Result<Option<Vec<u8>>> {
        for shelf in [self.kept.clone(), self.seen.clone()] {
            let wanted = *content;
            let read = move || {
                let Some(path) = shelf.path(&wanted) else { return Ok(None) };
                let bytes = std::fs::read(&path)?;
                if Sha256::from_bytes(sha2::Sha256::digest(&bytes).into()) == wanted.sha256 {
                    shelf::used_now(&path);
                    return Ok(Some(bytes));
                }
                shelf.remove(wanted.node, wanted.sha256)?;
                Ok(None)
            };
            if let Some(bytes) = blocking(read).await? {
                return Ok(Some(bytes));
            }
        }
        self.wake();
        Ok(None)
    }

    /// The turn to read or fetch a picture.
    pub(crate) async fn preview_turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.previews.acquire().await.ok()
    }

    /// A copy of whatever version of the file is here.
    pub(crate) async fn copy_of_any(
        &self,
        wanted: &Content,
        name: &str,
    ) -> Result<Option<PathBuf>, CopyError> {
        for content in self.kept.versions_of(wanted) {
            if let Some(copy) = self.copy(&content, name).await? {
                return Ok(Some(copy));
            }
        }
        Ok(None)
    }

    /// Keeps what was opened or seen within its bound.
    pub(crate) async fn trim_seen(&self) {
        let seen = self.seen.clone();
        if let Err(error) = blocking(move || seen.trim(CACHE_MAX)).await {
            tracing::warn!(%error, "what was seen before could not be thinned out");
        }
    }

    /// Takes away the copies that programs were given a day ago or longer. Gives those that were changed since, which
    /// stay, in a place of their own.
    pub(crate) async fn tidy_copies(&self) -> Vec<Changed> {
        let copies = self.copies.clone();
        blocking(move || Ok(copies.tidy(copies::A_DAY))).await.unwrap_or_default()
    }

    /// Takes everything off this computer but what a person changed themselves, which is given. Waits for what writes
    /// here to end, within reason.
    pub(crate) async fn delete(&self) -> io::Result<Vec<Changed>> {
        for (_, cancel) in &*lock(&self.opening) {
            cancel.cancel();
        }
        let ended = async {
            let _kept = self.keeping.lock().await;
            let _seen = self.previews.acquire_many(u32::try_from(PREVIEWS_AT_ONCE).unwrap_or(u32::MAX)).await;
        };
        if tokio::time::timeout(ENDING_TIME, ended).await.is_err() {
            tracing::warn!("something still writes to what is removed");
        }
        let (folder, copies) = (self.folder.clone(), self.copies.clone());
        blocking(move || {
            let changed = copies.tidy(Duration::ZERO);
            for name in ["kept", "seen"] {
                remove_folder(&folder.join(name))?;
            }
            // Those that hold something else stay.
            let _ = std::fs::remove_dir(folder.join("opened"));
            let _ = std::fs::remove_dir(&folder);
            Ok(changed)
        })
        .await
    }
}

/// Files that are on their way to be opened.
impl Offline {
    pub(crate) fn opening(&self) -> Vec<Opening> {
        lock(&self.opening).iter().map(|(opening, _)| opening.clone()).collect()
    }

    /// `None` when it is on its way already.
    pub(crate) fn begin_opening(&self, opening: Opening) -> Option<CancellationToken> {
        let mut all = lock(&self.opening);
        if all.iter().any(|(other, _)| other.node == opening.node) {
            return None;
        }
        let cancel = CancellationToken::new();
        all.push((opening, cancel.clone()));
        Some(cancel)
    }

    pub(crate) fn opening_arrived(&self, node: NodeId, done: ByteCount) {
        if let Some((opening, _)) = lock(&self.opening).iter_mut().find(|(opening, _)| opening.node == node) {
            opening.done = done;
        }
    }

    pub(crate) fn end_opening(&self, node: NodeId) {
        lock(&self.opening).retain(|(opening, _)| opening.node != node);
    }

    pub(crate) fn cancel_opening(&self, node: NodeId) {
        if let Some((_, cancel)) = lock(&self.opening).iter().find(|(opening, _)| opening.node == node) {
            cancel.cancel();
        }
    }
}

/// Makes names that were given in a file's folder last: a power loss does not take them back.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        #[cfg(unix)]
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// A folder that is this account's alone.
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CopyError> + Send + 'static,
) -> Result<T, CopyError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| CopyError::Io(io::Error::other(error)))?
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use notespot_protocol::VersionId;

    use super::*;

    #[tokio::test]
    async fn all_of_it_goes_with_its_account_but_what_a_person_changed() {
        let folder = tempfile::tempdir().unwrap();
        let account = folder.path().join("account");
        let offline = Offline::open(account.clone()).await.unwrap();
        let bytes = b"content";
        let content = Content {
            node: NodeId::generate(),
            version: VersionId::generate(),
            sha256: Sha256::from_bytes(sha2::Sha256::digest(bytes).into()),
            size: ByteCount(7),
        };
        let path = offline.kept.arriving(&content).unwrap().join("a.txt");
        std::fs::write(&path, bytes).unwrap();
        offline.kept.take_in(&path, &content).unwrap();
        let [read, changed] = [(); 2].map(|()| offline.copy(&content, "a.txt"));
        let (_read, changed) = (read.await.unwrap().unwrap(), changed.await.unwrap().unwrap());
        std::fs::remove_file(&changed).unwrap();
        std::fs::write(&changed, b"my own words").unwrap();
        let left = offline.delete().await.unwrap();
        assert_eq!(left.len(), 1);
        let mut files =
            walkdir::WalkDir::new(&account).into_iter().flatten().filter(|entry| entry.file_type().is_file());
        assert_eq!(files.next().unwrap().path(), left[0].file);
        assert!(files.next().is_none());
        assert_eq!(std::fs::read(&left[0].file).unwrap(), b"my own words");
    }
}
