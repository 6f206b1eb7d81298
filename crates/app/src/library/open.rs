//! Opening the file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notespot_protocol::Timestamp;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::{Library, LibraryError};

static MIGRATIONS: Migrator = sqlx::migrate!();

const CONNECTIONS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Larger files are not read whole at every start: what is wrong in them shows when it is met.
const CHECKED_MAX_BYTES: u64 = 64 << 20;

/// A library, and where the broken one before it went.
pub(crate) struct Opened {
    pub(crate) library: Library,
    pub(crate) moved_aside: Option<PathBuf>,
}

/// Opens the library at `path`, or makes it. A file that is no library of ours is moved aside, with
/// its time in its name, and never deleted.
pub(crate) async fn open(path: &Path) -> Result<Opened, LibraryError> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(LibraryError::Folder)?;
    }
    match try_open(path).await {
        Ok(library) => Ok(Opened { library, moved_aside: None }),
        Err(error) if is_beyond_use(&error) => {
            let aside = move_aside(path).await.map_err(LibraryError::Folder)?;
            tracing::warn!(%error, aside = %aside.display(), "the library is broken: it was moved aside");
            Ok(Opened { library: try_open(path).await?, moved_aside: Some(aside) })
        }
        Err(error) => Err(error),
    }
}

async fn try_open(path: &Path) -> Result<Library, LibraryError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(BUSY_TIMEOUT);
    let pool = connect(options.clone(), CONNECTIONS).await?;
    if let Err(error) = make_ready(&pool, path).await {
        // Its files are about to be moved.
        pool.close().await;
        return Err(error);
    }
    let journal = connect(options.synchronous(SqliteSynchronous::Full), 1).await?;
    Ok(Library { pool, journal, path: path.to_owned() })
}

async fn connect(options: SqliteConnectOptions, connections: u32) -> Result<SqlitePool, LibraryError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?;
    Ok(pool)
}

async fn make_ready(pool: &sqlx::SqlitePool, path: &Path) -> Result<(), LibraryError> {
    let size = tokio::fs::metadata(path).await.map_err(LibraryError::Folder)?.len();
    if size <= CHECKED_MAX_BYTES {
        let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(pool).await?;
        if verdict != "ok" {
            return Err(LibraryError::Migration(MigrateError::Source(verdict.into())));
        }
    }
    MIGRATIONS.run(pool).await.map_err(LibraryError::Migration)
}

/// Damaged, no database at all, or made by a newer version. A disk that is full or a file that may
/// not be read is none of these: moving it would not help.
fn is_beyond_use(error: &LibraryError) -> bool {
    match error {
        LibraryError::Migration(MigrateError::Execute(source)) | LibraryError::Database(source) => {
            // SQLITE_CORRUPT (11) and SQLITE_NOTADB (26), with their extended forms.
            let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
            code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 11 | 26))
        }
        LibraryError::Migration(_) => true,
        LibraryError::Folder(_) | LibraryError::Row(_) => false,
    }
}

/// Moves the file and what belongs to it: a WAL that stayed behind would be read into the new file.
async fn move_aside(path: &Path) -> std::io::Result<PathBuf> {
    let time = Timestamp::now().to_string().replace([':', '-', '.'], "");
    let aside = |suffix: &str| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".broken-{time}{suffix}"));
        path.with_file_name(name)
    };
    for suffix in ["-wal", "-shm"] {
        let mut companion = path.as_os_str().to_owned();
        companion.push(suffix);
        match tokio::fs::rename(&companion, aside(suffix)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    tokio::fs::rename(path, aside("")).await?;
    Ok(aside(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_is_no_library_is_moved_aside_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.sqlite");
        std::fs::write(&path, b"this is no database at all, but somebody's words").unwrap();
        let opened = open(&path).await.unwrap();
        let aside = opened.moved_aside.expect("the file was moved");
        assert!(std::fs::read(aside).unwrap().starts_with(b"this is no database"));
        assert_eq!(opened.library.progress().await.unwrap().revision.0, 0);
    }

    #[tokio::test]
    async fn a_library_of_a_newer_version_is_moved_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.sqlite");
        let library = open(&path).await.unwrap().library;
        sqlx::query("UPDATE _sqlx_migrations SET version = 9000 + version")
            .execute(&library.pool)
            .await
            .unwrap();
        library.close().await;
        assert!(open(&path).await.unwrap().moved_aside.is_some());
        assert!(open(&path).await.unwrap().moved_aside.is_none(), "the new one stays");
    }
}
