//! Taking the write-ahead log back into the file, beside everything else.
//!
//! SQLite does this inside the commit that makes the log long. After a change of a thousand nodes that takes longer than
//! all the rest of the commit, and somebody waits for it. Here nobody does. See sqlite.org/wal.html, "Checkpointing".

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::LibraryError;

/// In bytes. A log that is longer is taken back.
const LONG: u64 = 4 * 1024 * 1024;
/// In pages of 4 KiB. What bounds the log where this cannot keep pace: the commit that makes it so long takes it back.
const LONGEST: u32 = 16 * 1024;

/// Whoever commits to this connection leaves the log to the [`Checkpoint`].
pub(super) fn leave_to_checkpoint(writer: &Connection) -> Result<(), LibraryError> {
    writer.pragma_update(None, "wal_autocheckpoint", LONGEST)?;
    // A log that begins anew is cut to this, so that its length says how much is in it.
    writer.pragma_update(None, "journal_size_limit", LONG.cast_signed())?;
    Ok(())
}

/// The connection that does it, on threads that may block.
#[derive(Debug)]
pub(super) struct Checkpoint {
    log: PathBuf,
    connection: Mutex<Option<Connection>>,
    /// Somebody waits for the one that is under way, and then takes back what that did not see: a log begins anew only
    /// when all of it was taken back.
    is_awaited: AtomicBool,
}

impl Checkpoint {
    pub(super) fn new(file: &Path, connection: Connection) -> Self {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Self { log: log.into(), connection: Mutex::new(Some(connection)), is_awaited: AtomicBool::new(false) }
    }

    pub(super) fn is_due(&self) -> bool {
        std::fs::metadata(&self.log).is_ok_and(|log| log.len() > LONG)
    }

    /// Takes back what no reader is in need of. Whoever waits to do so already sees what was committed until now: then
    /// it comes back at once. Blocks.
    pub(super) fn take_back(&self) {
        if self.is_awaited.swap(true, Ordering::AcqRel) {
            return;
        }
        let connection = self.lock();
        self.is_awaited.store(false, Ordering::Release);
        let Some(connection) = &*connection else { return };
        let taken = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = taken {
            // Nothing is lost: the log holds it all, and the next commit asks again.
            tracing::warn!(%error, "the library's log could not be taken back into its file");
        }
    }

    /// Ends it, after what it is about. Blocks.
    pub(super) fn close(&self) {
        drop(self.lock().take());
    }

    fn lock(&self) -> MutexGuard<'_, Option<Connection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect(file: &Path) -> Connection {
        let connection = Connection::open(file).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection
    }

    fn started(file: &Path) -> (Connection, Checkpoint) {
        let writer = connect(file);
        leave_to_checkpoint(&writer).unwrap();
        writer.execute_batch("CREATE TABLE t (b); INSERT INTO t VALUES (zeroblob(6000000))").unwrap();
        (writer, Checkpoint::new(file, connect(file)))
    }

    fn length(path: &Path) -> u64 {
        path.metadata().unwrap().len()
    }

    #[test]
    fn no_commit_waits_for_the_file_and_the_log_stays_short_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("library.sqlite");
        let (writer, checkpoint) = started(&file);
        assert!(checkpoint.is_due());
        assert!(length(&file) < LONG, "it is in the log only");
        for _ in 0..20 {
            checkpoint.take_back();
            assert!(length(&file) > LONG);
            writer.execute_batch("UPDATE t SET b = zeroblob(6000001)").unwrap();
            assert!(length(&checkpoint.log) < 4 * LONG, "it began anew");
        }
        checkpoint.close();
        checkpoint.take_back();
    }

    #[test]
    fn what_is_committed_while_one_is_under_way_is_taken_back_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, checkpoint) = started(&folder.path().join("library.sqlite"));
        std::thread::scope(|scope| {
            let under_way = checkpoint.lock();
            let next = scope.spawn(|| checkpoint.take_back());
            while !checkpoint.is_awaited.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
            checkpoint.take_back();
            assert!(!next.is_finished());
            drop(under_way);
        });
        writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
        assert!(!checkpoint.is_due(), "nothing was left, so the log began anew");
    }
}
