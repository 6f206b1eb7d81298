//! Opening the file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use notespot_protocol::Timestamp;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::watch;

use super::collation::Collation;
use super::database::Database;
use super::pins::Pins;
use super::{Library, LibraryError, edits, schema};

/// Larger files are not read whole at every start, because the first rows would wait for it (a third of a second for
/// a hundred thousand files): what is wrong in them shows when it is met.
const CHECKED_MAX_BYTES: u64 = 8 << 20;

/// A library, and where the broken one before it went.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) library: Library,
    pub(crate) moved_aside: Option<PathBuf>,
    /// Where changes that were not sent stand in words.
    pub(crate) edits_saved: Option<PathBuf>,
}

/// Opens the library at `path`, or makes it, sorted for `locale`. A file that is no library of ours is moved aside,
/// with its time in its name, and never deleted. Its [index](Library::read_index) is still to be read.
pub(crate) async fn open(path: &Path, locale: &str) -> Result<Opened, LibraryError> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(LibraryError::Folder)?;
    }
    let collation = Arc::new(Collation::of(locale)?);
    let is_condemned = tokio::fs::remove_file(condemnation_of(path)).await.is_ok();
    let opened = if is_condemned {
        Err(LibraryError::Unusable("SQLite met damage in it"))
    } else {
        try_open(path, &collation).await
    };
    match opened {
        Ok(library) => Ok(Opened { library, moved_aside: None, edits_saved: None }),
        Err(error) if error.is_beyond_use() => {
            let time = Timestamp::now().to_string().replace([':', '-', '.'], "");
            let edits_saved = save_edits(path, &time).await;
            let aside = move_aside(path, &time).await.map_err(LibraryError::Folder)?;
            tracing::warn!(%error, aside = %aside.display(), "the library is broken: it was moved aside");
            let library = try_open(path, &collation).await?;
            Ok(Opened { library, moved_aside: Some(aside), edits_saved })
        }
        Err(error) => Err(error),
    }
}

/// Notes that damage was met in the library: the next time it is opened, it is moved aside. A large file is not read
/// whole when it is opened, so that this would be met again and again.
pub(crate) async fn condemn(path: &Path) {
    if let Err(error) = tokio::fs::write(condemnation_of(path), b"").await {
        tracing::error!(%error, "a damaged library could not be marked");
    }
}

fn condemnation_of(path: &Path) -> PathBuf {
    path.with_extension("damaged")
}

async fn try_open(path: &Path, collation: &Arc<Collation>) -> Result<Library, LibraryError> {
    let (path, rules) = (path.to_owned(), collation.clone());
    let opened = tokio::task::spawn_blocking(move || {
        let database = Database::open(&path)?;
        make_ready(&database, &rules)?;
        Ok((Pins::of(&path)?, database))
    });
    let (pins, database) = opened.await.map_err(|_| LibraryError::Closed).flatten()?;
    Ok(Library {
        database,
        pins: Arc::new(Mutex::new(pins)),
        collation: collation.clone(),
        index: Arc::new(RwLock::new(None)),
        is_indexed: watch::Sender::new(false),
        edits: Arc::default(),
    })
}

fn make_ready(database: &Database, collation: &Collation) -> Result<(), LibraryError> {
    let size = std::fs::metadata(database.path()).map_err(LibraryError::Folder)?.len();
    database.set_up(|connection| {
        if size <= CHECKED_MAX_BYTES {
            let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if verdict != "ok" {
                return Err(LibraryError::Unusable("SQLite finds it damaged"));
            }
        }
        schema::bring_up_to_date(connection)?;
        sort_by(connection, collation)?;
        if is_filled(connection)? {
            // A crash may have come between the last page of a fill and its end.
            schema::make_indexes(connection)?;
        }
        Ok(())
    })
}

/// Gives all names new keys where they were made by other rules: the person's locale is another one now.
fn sort_by(connection: &mut Connection, collation: &Collation) -> Result<(), LibraryError> {
    let tx = connection.transaction()?;
    let known: Option<String> = tx.query_row("SELECT collation FROM progress", [], |row| row.get(0))?;
    if known.as_deref() == Some(collation.name()) {
        return Ok(());
    }
    schema::drop_indexes(&tx)?;
    {
        let mut names = tx.prepare("SELECT number, name FROM nodes")?;
        let mut update = tx.prepare("UPDATE nodes SET sort_key = ?2 WHERE number = ?1")?;
        let mut rows = names.query([])?;
        while let Some(row) = rows.next()? {
            let (number, name): (i64, String) = (row.get(0)?, row.get(1)?);
            update.execute((number, collation.key(&name)))?;
        }
    }
    tx.execute("UPDATE progress SET collation = ?1", [collation.name()])?;
    Ok(tx.commit()?)
}

fn is_filled(connection: &Connection) -> Result<bool, LibraryError> {
    let filled = "SELECT as_of IS NOT NULL AND filling_since IS NULL FROM progress";
    Ok(connection.query_row(filled, [], |row| row.get(0))?)
}

impl LibraryError {
    /// Damaged, no database at all, or made by a newer version. A disk that is full or a file that may
    /// not be read is none of these: moving it would not help.
    pub(crate) fn is_beyond_use(&self) -> bool {
        match self {
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            ),
            Self::Unusable(_) => true,
            Self::Folder(_) | Self::Row(_) | Self::Closed => false,
        }
    }
}

async fn save_edits(path: &Path, time: &str) -> Option<PathBuf> {
    let (path, time) = (path.to_owned(), time.to_owned());
    tokio::task::spawn_blocking(move || edits::save(&path, &time)).await.ok().flatten()
}

/// Moves the file and what belongs to it: a WAL that stayed behind would be read into the new file.
async fn move_aside(path: &Path, time: &str) -> std::io::Result<PathBuf> {
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
        let opened = open(&path, "en").await.unwrap();
        let aside = opened.moved_aside.expect("the file was moved");
        assert!(std::fs::read(aside).unwrap().starts_with(b"this is no database"));
        assert_eq!(opened.library.progress().await.unwrap().revision.0, 0);
    }

    #[tokio::test]
    async fn a_library_in_which_damage_was_met_is_moved_aside_at_the_next_start_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.sqlite");
        open(&path, "en").await.unwrap().library.close().await;
        condemn(&path).await;
        assert!(open(&path, "en").await.unwrap().moved_aside.is_some());
        assert!(open(&path, "en").await.unwrap().moved_aside.is_none());
    }

    #[tokio::test]
    async fn what_was_not_sent_can_be_read_after_the_library_was_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.sqlite");
        let library = open(&path, "en").await.unwrap().library;
        for number in 0..200 {
            let name = notespot_protocol::NodeName::new(format!("Report {number}")).unwrap();
            library.make_folder(None, name).await.unwrap().unwrap();
        }
        library.close().await;
        // Pages in the middle of `nodes` are overwritten; what stands elsewhere can still be read.
        let mut bytes = std::fs::read(&path).unwrap();
        let hit = bytes.windows(10).rposition(|ten| ten == b"Report 150").unwrap() / 4096 * 4096;
        let hits_nodes = bytes[hit..hit + 4096].windows(4).all(|four| four != b"kind");
        assert!(hits_nodes || hit > 0);
        bytes[hit..hit + 16].fill(0xff);
        std::fs::write(&path, bytes).unwrap();
        let opened = open(&path, "en").await.unwrap();
        assert!(opened.moved_aside.is_some());
        let saved = std::fs::read_to_string(opened.edits_saved.expect("something was readable")).unwrap();
        assert!(saved.contains("Make the folder \u{201c}Report 0\u{201d}"), "{saved}");
    }

    #[tokio::test]
    async fn a_library_of_a_newer_version_or_another_program_is_moved_aside() {
        for made in ["PRAGMA user_version = 9000", "PRAGMA user_version = 0; CREATE TABLE theirs (a)"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("library.sqlite");
            Connection::open(&path).unwrap().execute_batch(made).unwrap();
            assert!(open(&path, "en").await.unwrap().moved_aside.is_some(), "{made}");
            assert!(open(&path, "en").await.unwrap().moved_aside.is_none(), "the new one stays");
        }
    }
}
