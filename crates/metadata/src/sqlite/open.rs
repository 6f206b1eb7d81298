//! Opening the file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::SqliteMetadata;
use super::reader::Readers;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a connection waits for another process that holds the file.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 2;
/// For each connection, in KiB (negative: `PRAGMA cache_size`). The upper levels of a million nodes' tables and
/// indexes stay in it.
const PAGE_CACHE: &str = "-8192";
/// Readers see so much of the file through the system's own cache, in bytes: the most that SQLite maps. What a page of
/// a large folder reads lies all over the file, and to copy each piece out of that cache costs a third of the page.
///
/// Mapped pages count as this process's memory and are the system's to take back. A disk that cannot read one of them
/// ends the process (SIGBUS) instead of failing one call: sqlite.org/mmap.html.
const MAPPED: &str = "2147418112";

/// Why the file could not be opened. It was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is no database, or a damaged one.
    #[error("{} is damaged, or is no database", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: sqlx::Error,
    },
    /// A newer version of this program made it.
    #[error("{} was made by a newer version of Notespot", path.display())]
    Newer {
        /// Which file.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{} cannot be opened", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What stands in the way.
        #[source]
        source: sqlx::Error,
    },
    /// Its tables could not be brought up to date.
    #[error("{} could not be brought up to date", path.display())]
    NotMigrated {
        /// Which file.
        path: PathBuf,
        /// Which step failed.
        #[source]
        source: MigrateError,
    },
}

impl SqliteMetadata {
    /// Opens the file at `path`, makes it where there is none, and brings its tables up to date.
    /// A file that cannot be used is left as it is.
    pub async fn open(path: &Path) -> std::result::Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", PAGE_CACHE);
        let refused = |source| refusal(path, source);

        let writer = pool(1).connect_with(options.clone()).await.map_err(refused)?;
        sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&writer).await.map_err(refused)?;
        MIGRATIONS.run(&writer).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
                OpenError::Newer { path: path.into() }
            }
            MigrateError::Execute(source) => refusal(path, source),
            source => OpenError::NotMigrated { path: path.into(), source },
        })?;
        let readers = pool(READERS)
            .connect_with(options.create_if_missing(false).read_only(true).pragma("mmap_size", MAPPED))
            .await
            .map_err(refused)?;
        let prepare = format!("PRAGMA cache_size = {PAGE_CACHE}; PRAGMA mmap_size = {MAPPED};");
        let quick = Readers::open(path, BUSY_TIMEOUT, &prepare).map_err(|source| OpenError::Unreadable {
            path: path.into(),
            source: sqlx::Error::Io(io::Error::other(source)),
        })?;
        Ok(Self {
            writer,
            readers,
            quick: Arc::new(quick),
            listeners: Arc::default(),
            limits: Arc::default(),
            default_quota: None,
        })
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // Connections last as long as the process: reopening costs, and nothing here leaks.
    SqlitePoolOptions::new().max_connections(connections).idle_timeout(None).max_lifetime(None)
}

pub(super) fn refusal(path: &Path, source: sqlx::Error) -> OpenError {
    // SQLITE_CORRUPT (11) and SQLITE_NOTADB (26), with their extended forms: sqlite.org/rescode.html.
    let damaged = source
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| matches!(code & 0xff, 11 | 26));
    let path = path.into();
    if damaged { OpenError::Damaged { path, source } } else { OpenError::Unreadable { path, source } }
}
