//! The library: a copy, on this machine, of everything that one account has at one server.
//!
//! The window reads nothing else, so that the list is there at once and without a network. A file
//! that is broken, or that a newer version of the app made, is moved aside and filled again.
//!
//! It holds the transfer journal too, which is no copy: see [`journal`].

use std::path::PathBuf;

use sqlx::sqlite::SqlitePool;

mod apply;
mod counts;
pub(crate) mod journal;
pub(crate) mod name_order;
mod open;
mod progress;
mod read;
mod rows;

pub(crate) use open::open;
pub(crate) use read::Row;

/// The folders that are in the trash, or inside of one that is: the server's own rule. Goes with
/// [`LIVES`], after `WITH`.
pub(crate) const DEAD: &str = "dead (id) AS (\
     SELECT id FROM nodes WHERE trashed_at IS NOT NULL AND kind = 0 \
     UNION SELECT n.id FROM nodes n JOIN dead ON n.parent = dead.id WHERE n.kind = 0)";

/// That `n` lives, where [`DEAD`] is known.
pub(crate) const LIVES: &str =
    "n.trashed_at IS NULL AND (n.parent IS NULL OR n.parent NOT IN (SELECT id FROM dead))";

/// Why the library could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// SQLite failed: the disk is full, or the file went bad.
    #[error("The library on this computer cannot be read or written. Check that the disk is not full.")]
    Database(#[from] sqlx::Error),
    /// Its tables could not be made.
    #[error("The library on this computer could not be made ready.")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Its folder cannot be used.
    #[error(
        "The folder of the library cannot be written. Check its permissions and the disk\u{2019}s space."
    )]
    Folder(#[source] std::io::Error),
    /// A row cannot be understood.
    #[error("The library on this computer holds something that cannot be read.")]
    Row(#[source] serde_json::Error),
}

/// The library of one account. Cheap to clone.
///
/// Each change is one transaction, in WAL with `synchronous = NORMAL`: a power loss may take the
/// last ones back, never half of one, and sync brings them again.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    pool: SqlitePool,
    /// One connection that syncs each commit.
    journal: SqlitePool,
    path: PathBuf,
}

impl Library {
    /// Lets go of the file, after what is being written.
    pub(crate) async fn close(&self) {
        self.journal.close().await;
        self.pool.close().await;
    }

    /// Takes the file off this computer. Only for a copy that its owner gave up by signing out.
    pub(crate) async fn delete(&self) -> Result<(), LibraryError> {
        self.close().await;
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(suffix);
            match tokio::fs::remove_file(path).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(LibraryError::Folder(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
