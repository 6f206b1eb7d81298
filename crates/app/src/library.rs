//! The library: a copy, on this machine, of everything that one account has at one server.
//!
//! The window reads nothing else, so that the list is there at once and without a network. A file
//! that is broken, or that a newer version of the app made, is moved aside and filled again.
//!
//! SQLite keeps it; an [index] in memory finds and sorts. It holds the transfer journal too, which is no copy: see
//! [`journal`].

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use notespot_protocol::window::EditCounts;
use rusqlite::Transaction;
use tokio::sync::watch;

mod apply;
mod checkpoint;
mod collation;
mod database;
pub(crate) mod edits;
mod fill;
mod index;
pub(crate) mod journal;
mod keeping;
mod open;
mod overlay;
mod pins;
mod progress;
mod read;
mod rows;
mod schema;
mod search;
mod writer;

pub(crate) use index::{Listed, Standing, Wanted};
pub(crate) use open::{Opened, condemn, open};
pub(crate) use read::Row;

use collation::Collation;
use database::{Database, Durable};
use index::{Index, Touch};
use pins::Pins;
use writer::Writer;

/// Why the library could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// SQLite failed: the disk is full, or the file went bad.
    #[error("The library on this computer cannot be read or written. Check that the disk is not full.")]
    Database(#[from] rusqlite::Error),
    /// Its file is not one that this version can use; why.
    #[error("The library on this computer could not be made ready.")]
    Unusable(&'static str),
    /// Its folder cannot be used.
    #[error(
        "The folder of the library cannot be written. Check its permissions and the disk\u{2019}s space."
    )]
    Folder(#[source] std::io::Error),
    /// A row cannot be understood.
    #[error("The library on this computer holds something that cannot be read.")]
    Row(#[source] serde_json::Error),
    /// It was closed: somebody signed out, or the app is ending.
    #[error("The library on this computer is closed.")]
    Closed,
}

/// The library of one account. Cheap to clone.
///
/// Each change is one transaction. What a person did is on the disk when the call returns, and outlives a power loss;
/// what the server says comes again where it did not get there.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    database: Database,
    pins: Arc<Mutex<Pins>>,
    collation: Arc<Collation>,
    /// `None` while it is being read from the file.
    index: Arc<RwLock<Option<Index>>>,
    is_indexed: watch::Sender<bool>,
    edits: Arc<Mutex<EditCounts>>,
}

impl Library {
    /// Lets go of the file, after what is being written.
    pub(crate) async fn close(&self) {
        self.database.close().await;
    }

    /// Waits until damage is met in the file, whoever meets it.
    pub(crate) async fn damaged(&self) -> LibraryError {
        self.database.damaged().await;
        LibraryError::Unusable("SQLite met damage in it")
    }

    /// Takes the file off this computer. Only for a copy that its owner gave up by signing out.
    pub(crate) async fn delete(&self) -> Result<(), LibraryError> {
        self.close().await;
        self.pins().delete().map_err(LibraryError::Folder)?;
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.database.path().as_os_str().to_owned();
            path.push(suffix);
            match tokio::fs::remove_file(PathBuf::from(path)).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(LibraryError::Folder(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the index from the file. Nothing is written meanwhile.
    pub(crate) async fn read_index(&self) -> Result<(), LibraryError> {
        let library = self.clone();
        let read = move |connection: &rusqlite::Connection| {
            *library.index_mut() = Some(Index::load(connection, library.pins().ranks())?);
            library.count_edits(connection)
        };
        self.database.hold(read).await?;
        self.is_indexed.send_replace(true);
        Ok(())
    }

    /// Changes nodes and links in one transaction, and then the index.
    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        self.change_durably(Durable::AtOnce, work).await
    }

    async fn change_durably<T: Send + 'static>(
        &self,
        durable: Durable,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        let library = self.clone();
        let collation = self.collation.clone();
        let in_transaction = move |tx: &Transaction<'_>| {
            let mut touched = Vec::new();
            let done =
                work(&mut Writer { tx, collation: &collation, touched: &mut touched, nothing_waits: false })?;
            Ok((done, touched))
        };
        let after = move |(done, touched): (T, Vec<Touch>), connection: &rusqlite::Connection| {
            library.count_edits(connection)?;
            let mut index = library.index_mut();
            if let Some(taking) = index.as_mut() {
                if let Err(error) = taking.take(touched, connection) {
                    // Half of a change is in: the next one reads it again.
                    *index = None;
                    return Err(error);
                }
            } else if *library.is_indexed.borrow() {
                drop(index);
                *library.index_mut() = Some(Index::load(connection, library.pins().ranks())?);
            }
            Ok(done)
        };
        self.database.write(durable, in_transaction, after).await
    }

    /// What was done here and waits to be sent; nothing until the index was read.
    pub(crate) fn edit_counts(&self) -> EditCounts {
        *self.edits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_edits(&self, connection: &rusqlite::Connection) -> Result<(), LibraryError> {
        *self.edits.lock().unwrap_or_else(PoisonError::into_inner) = edits::count(connection)?;
        Ok(())
    }

    fn pins(&self) -> MutexGuard<'_, Pins> {
        self.pins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> RwLockReadGuard<'_, Option<Index>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn index_mut(&self) -> RwLockWriteGuard<'_, Option<Index>> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}
