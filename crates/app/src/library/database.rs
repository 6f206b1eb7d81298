//! The connections to the library's file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::{Semaphore, watch};

use super::LibraryError;
use super::checkpoint::{self, Checkpoint};

const READERS: usize = 3;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Of the connection that writes. Beyond it, the system's cache holds what is read often.
const WRITER_CACHE_KIB: i32 = 8 * 1024;
/// Of each other: the upper levels of a million nodes' tables, and what a row range is made of.
const READER_CACHE_KIB: i32 = 2 * 1024;

/// When a commit is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durable {
    /// Before the call returns.
    AtOnce,
    /// With the next one that is at once, or a moment later: for what the server has too, which comes again when the
    /// power fails before.
    Later,
}

impl Durable {
    /// A value of `PRAGMA synchronous`, for a file with a write-ahead log.
    fn synchronous(self) -> &'static str {
        match self {
            Self::AtOnce => "FULL",
            Self::Later => "NORMAL",
        }
    }
}

/// The file: one connection that writes, three that read what is committed meanwhile, and one that takes the log back.
/// WAL. Cheap to clone. Work runs on threads that may block.
///
/// Memory: 8 MiB of cache for the connection that writes, 2 MiB for each of the others. Disk: the log, 64 MiB at the most while no reader
/// holds it.
#[derive(Clone, Debug)]
pub(super) struct Database {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Option<Vec<Connection>>>,
    /// One permit for each reader that is not lent.
    free_readers: Arc<Semaphore>,
    checkpoint: Checkpoint,
    is_damaged: watch::Sender<bool>,
}

impl Database {
    /// Opens the file, or makes it. Blocks.
    pub(super) fn open(path: &Path) -> Result<Self, LibraryError> {
        let writer = connect(path, WRITER_CACHE_KIB)?;
        checkpoint::leave_to_checkpoint(&writer)?;
        let readers = (0..READERS).map(|_| connect(path, READER_CACHE_KIB)).collect::<Result<_, _>>()?;
        let inner = Inner {
            path: path.to_owned(),
            writer: Mutex::new(Some(writer)),
            readers: Mutex::new(Some(readers)),
            free_readers: Arc::new(Semaphore::new(READERS)),
            checkpoint: Checkpoint::new(path, connect(path, READER_CACHE_KIB)?),
            is_damaged: watch::Sender::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Waits until somebody's work meets damage in the file.
    pub(super) async fn damaged(&self) {
        // The sender lives as long as this.
        let _ = self.inner.is_damaged.subscribe().wait_for(|is_damaged| *is_damaged).await;
    }

    /// Works on the file before anybody else does. Blocks.
    pub(super) fn set_up<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, LibraryError>,
    ) -> Result<T, LibraryError> {
        work(lock(&self.inner.writer).as_mut().ok_or(LibraryError::Closed)?)
    }

    /// Reads a state that was committed.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        let inner = self.inner.clone();
        let place = self.inner.free_readers.clone().acquire_owned().await;
        // It is never closed.
        let place = place.map_err(|_| LibraryError::Closed)?;
        self.on_thread(move || {
            // Work goes on where nobody waits for it any more, and closing waits for it.
            let _place = place;
            let lent = Lent::take(&inner)?;
            // What is read together is of one commit.
            let snapshot = lent.connection()?.unchecked_transaction()?;
            work(&snapshot)
        })
        .await
    }

    /// Writes in one transaction, which is committed when `work` succeeds: on the disk, power loss included, when
    /// `durable` says. What follows a commit, `after`, sees it before anything else is written.
    pub(super) async fn write<T: Send + 'static, U: Send + 'static>(
        &self,
        durable: Durable,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, LibraryError> + Send + 'static,
        after: impl FnOnce(T, &Connection) -> Result<U, LibraryError> + Send + 'static,
    ) -> Result<U, LibraryError> {
        let inner = self.inner.clone();
        self.on_thread(move || {
            let mut writer = lock(&inner.writer);
            let writer = writer.as_mut().ok_or(LibraryError::Closed)?;
            writer.pragma_update(None, "synchronous", durable.synchronous())?;
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&tx)?;
            tx.commit()?;
            let followed = after(done, writer);
            // Whoever waits for what follows has the disk for themselves.
            if inner.checkpoint.is_due() {
                let inner = inner.clone();
                tokio::task::spawn_blocking(move || inner.checkpoint.take_back());
            }
            followed
        })
        .await
    }

    /// [`write`](Self::write) to the disk, when nothing follows.
    pub(super) async fn keep<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        self.write(Durable::AtOnce, work, |done, _| Ok(done)).await
    }

    /// Works on what is committed, while nothing is written.
    pub(super) async fn hold<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        let inner = self.inner.clone();
        self.on_thread(move || work(lock(&inner.writer).as_ref().ok_or(LibraryError::Closed)?)).await
    }

    /// Lets go of the file, after what is being read and written.
    pub(super) async fn close(&self) {
        let inner = self.inner.clone();
        let _all = self.inner.free_readers.acquire_many(u32::try_from(READERS).unwrap_or(u32::MAX)).await;
        let closed = self.on_thread(move || {
            inner.checkpoint.close();
            // The last connection takes the log back into the file.
            drop(lock(&inner.readers).take());
            drop(lock(&inner.writer).take());
            Ok(())
        });
        // Dropping connections cannot fail.
        let _ = closed.await;
    }

    async fn on_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        let result = match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is ending.
            Err(_) => Err(LibraryError::Closed),
        };
        if result.as_ref().is_err_and(LibraryError::is_beyond_use) {
            self.inner.is_damaged.send_replace(true);
        }
        result
    }
}

/// A reader, until it is dropped.
struct Lent<'a> {
    inner: &'a Inner,
    connection: Option<Connection>,
}

impl<'a> Lent<'a> {
    fn take(inner: &'a Inner) -> Result<Self, LibraryError> {
        let connection = lock(&inner.readers).as_mut().ok_or(LibraryError::Closed)?.pop();
        Ok(Self { inner, connection })
    }

    fn connection(&self) -> Result<&Connection, LibraryError> {
        self.connection.as_ref().ok_or(LibraryError::Closed)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let (Some(readers), Some(connection)) =
            (lock(&self.inner.readers).as_mut(), self.connection.take())
        {
            readers.push(connection);
        }
    }
}

fn connect(path: &Path, cache_kib: i32) -> Result<Connection, LibraryError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        // Each connection is behind a lock of ours.
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in the middle of a transaction rolled it back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_person_did_is_synced_whatever_came_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("library.sqlite")).unwrap();
        // sqlite.org/pragma.html#pragma_synchronous: 1 is NORMAL, 2 is FULL.
        for (durable, expected) in [(Durable::Later, 1), (Durable::AtOnce, 2), (Durable::Later, 1)] {
            let level =
                |tx: &Transaction<'_>| Ok(tx.pragma_query_value(None, "synchronous", |row| row.get(0))?);
            let level: i64 = database.write(durable, level, |level, _| Ok(level)).await.unwrap();
            assert_eq!(level, expected, "{durable:?}");
        }
        database.close().await;
    }
}
