//! Reading without another thread for each statement.
//!
//! sqlx hands each statement to a thread of its connection and waits for the answer: two switches of threads, which for
//! a few rows cost ten times what it takes to find them. What each request reads, and pages, are read here: on
//! connections that are used by whoever holds their lock.

mod rows;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::available_parallelism;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OpenFlags, Transaction};
use tokio::sync::Semaphore;
use tokio::task::coop::consume_budget;

pub(super) use self::rows::{link, maybe_time, node, number, revision, text, uuid};
use crate::{MetadataError, Result};

/// Texts of statements that a connection keeps compiled: lists have some dozens.
const STATEMENTS: usize = 128;

/// Connections that read committed snapshots.
#[derive(Debug)]
pub(super) struct Readers {
    /// For a few rows, on the thread of whoever asks.
    short: Vec<Mutex<Option<Connection>>>,
    /// For pages, on threads that may wait for the disk.
    long: Vec<Mutex<Option<Connection>>>,
    /// As many as there are connections for them.
    pages: Arc<Semaphore>,
}

/// The connections were closed.
#[derive(Debug, thiserror::Error)]
#[error("the metadata is closed")]
struct Closed;

impl Readers {
    /// Opens connections to a file that is there and up to date; `prepare` is run on each.
    pub(super) fn open(path: &Path, busy_timeout: Duration, prepare: &str) -> rusqlite::Result<Self> {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(busy_timeout)?;
            connection.execute_batch(prepare)?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS);
            Ok(Mutex::new(Some(connection)))
        };
        let at_once = available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let some = || (0..at_once).map(|_| open()).collect::<rusqlite::Result<_>>();
        Ok(Self { short: some()?, long: some()?, pages: Arc::new(Semaphore::new(at_once)) })
    }

    /// Reads a few rows here and now: nothing that grows with what the owner has. Who does nothing else for long lets
    /// other tasks have their turn.
    pub(super) async fn now<T>(&self, read: impl FnOnce(&Connection) -> Result<T> + Send) -> Result<T> {
        consume_budget().await;
        with_one(&self.short, read)
    }

    /// The same for several reads that must agree.
    pub(super) async fn snapshot_now<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send,
    ) -> Result<T> {
        self.now(|connection| read(&*snapshot(connection)?)).await
    }

    /// Reads what is larger, in one snapshot, on a thread that may take its time.
    pub(super) async fn page<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // Never closed.
        let place = Arc::clone(&self.pages).acquire_owned().await.map_err(|_| closed())?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            // Here, and not with the caller, who may hang up while this goes on.
            let _place = place;
            with_one(&readers.long, |connection| read(&*snapshot(connection)?))
        });
        reading.await.map_err(|error| MetadataError::Unavailable(Box::new(error)))?
    }

    /// Closes all of them; what is being read ends first.
    pub(super) fn close(&self) {
        for connection in self.short.iter().chain(&self.long) {
            drop(connection.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}

/// Lends the first one that is free, or waits for one.
fn with_one<T>(
    connections: &[Mutex<Option<Connection>>],
    read: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    for connection in connections {
        match connection.try_lock() {
            Ok(free) => return read(free.as_ref().ok_or_else(closed)?),
            // A read that panicked has changed nothing.
            Err(TryLockError::Poisoned(free)) => return read(free.get_ref().as_ref().ok_or_else(closed)?),
            Err(TryLockError::WouldBlock) => {}
        }
    }
    let first = connections.first().ok_or_else(closed)?;
    let waited_for = first.lock().unwrap_or_else(PoisonError::into_inner);
    read(waited_for.as_ref().ok_or_else(closed)?)
}

/// Dropped, it ends; it has nothing to take back.
fn snapshot(connection: &Connection) -> Result<Transaction<'_>> {
    Ok(connection.unchecked_transaction()?)
}

fn closed() -> MetadataError {
    MetadataError::Unavailable(Box::new(Closed))
}

/// A statement, compiled once for each connection. Its text is noted, for the test of plans.
pub(super) fn statement<'a>(connection: &'a Connection, sql: &str) -> Result<CachedStatement<'a>> {
    tracing::trace!(target: "notespot_metadata::query", summary = sql);
    Ok(connection.prepare_cached(sql)?)
}

/// A statement that is put together, and its values.
#[derive(Debug)]
pub(super) struct Select {
    sql: String,
    values: Vec<Value>,
}

impl Select {
    pub(super) fn new(sql: &str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    pub(super) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    pub(super) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.sql.push('?');
        self.values.push(value.into());
        self
    }

    /// Hands each row to `take`, in order, until that says that it has enough.
    pub(super) fn each(
        self,
        connection: &Connection,
        mut take: impl FnMut(&rusqlite::Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let mut statement = statement(connection, &self.sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(self.values))?;
        while let Some(row) = rows.next()? {
            if !take(row)? {
                break;
            }
        }
        Ok(())
    }
}

impl From<rusqlite::Error> for MetadataError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::SqliteMetadata;

    fn one(connection: &Connection) -> Result<i64> {
        Ok(connection.query_row("SELECT 1", [], |row| row.get(0))?)
    }

    #[tokio::test]
    async fn more_readers_than_connections_wait_and_none_is_let_in_after_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
        let readers = Arc::clone(&store.quick);
        std::thread::scope(|scope| {
            for _ in 0..4 * readers.short.len() {
                scope.spawn(|| assert_eq!(with_one(&readers.short, one).unwrap(), 1));
            }
        });
        let pages: Vec<_> = (0..4 * readers.long.len())
            .map(|_| {
                let readers = Arc::clone(&readers);
                tokio::spawn(async move { readers.page(one).await })
            })
            .collect();
        for page in pages {
            assert_eq!(page.await.unwrap().unwrap(), 1);
        }
        let write = |connection: &Connection| Ok(connection.execute("DELETE FROM users", [])?);
        assert!(readers.now(write).await.is_err(), "they only read");
        store.close().await;
        assert!(matches!(readers.now(one).await, Err(MetadataError::Unavailable(_))));
        assert!(matches!(readers.page(one).await, Err(MetadataError::Unavailable(_))));
    }
    #[tokio::test]
    async fn who_only_reads_lets_others_have_their_turn() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
        let other = std::sync::atomic::AtomicBool::new(false);
        let reading = async {
            // Far more often than a task has turns.
            for _ in 0..10_000 {
                store.quick.now(one).await.unwrap();
                if other.load(std::sync::atomic::Ordering::Relaxed) {
                    return true;
                }
            }
            false
        };
        let waiting = async {
            tokio::task::yield_now().await;
            other.store(true, std::sync::atomic::Ordering::Relaxed);
        };
        assert!(futures_util::future::join(waiting, reading).await.1);
    }
}
