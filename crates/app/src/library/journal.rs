//! The transfer journal: what was asked for, until it is done.
//!
//! Unlike the rest of the library it is on the disk, power loss included, when a call returns; many
//! files go in one transaction.

use std::path::{Path, PathBuf};

use notespot_protocol::{ByteCount, ClientRef, NodeId};
use notespot_transfer::{Existing, FileToDownload, SaveTo};
use rusqlite::{OptionalExtension as _, Params, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Library, LibraryError, rows};
use crate::FileUpload;
use crate::transfers::Job;

#[cfg(test)]
mod tests;

/// One file of the journal.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Names it in the journal; 0 before it stands there.
    pub(crate) row: i64,
    pub(crate) request: i64,
    /// The same when the same file is found for the same request again.
    pub(crate) key: [u8; 16],
    pub(crate) position: i64,
    pub(crate) paused: bool,
    pub(crate) name: String,
    pub(crate) size: ByteCount,
    pub(crate) job: Job,
}

/// What was dropped or chosen at once.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Request {
    Upload { seed: [u8; 32], folder: Option<NodeId>, with_link: bool, paths: Vec<KeptPath> },
    Download { nodes: Vec<NodeId>, to: KeptPath },
}

/// A path as it is kept in JSON: names on Unix are bytes.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeptPath(Vec<u8>);

impl KeptPath {
    pub(crate) fn of(path: &Path) -> Self {
        Self(bytes_of(path))
    }

    pub(crate) fn to_path(&self) -> PathBuf {
        path_of(&self.0)
    }
}

impl Library {
    /// Writes down what is to be looked for, and gives its number.
    pub(crate) async fn begin_request(&self, request: &Request) -> Result<i64, LibraryError> {
        let json = rows::to_json(request)?;
        self.database
            .keep(move |tx| {
                tx.execute("INSERT INTO requests (json) VALUES (?1)", [json])?;
                Ok(tx.last_insert_rowid())
            })
            .await
    }

    /// Everything was found.
    pub(crate) async fn end_request(&self, id: i64) -> Result<(), LibraryError> {
        self.keep_change("DELETE FROM requests WHERE id = ?1", [id]).await
    }

    pub(crate) async fn requests(&self) -> Result<Vec<(i64, Request)>, LibraryError> {
        self.database
            .read(|connection| {
                let mut select = connection.prepare("SELECT id, json FROM requests ORDER BY id")?;
                let found = select.query_and_then([], |row| {
                    Ok((row.get(0)?, rows::from_json(rows::text(row.get_ref(1)?)?)?))
                })?;
                found.collect()
            })
            .await
    }

    /// Writes files down in one transaction, and gives those that did not stand there, with their rows.
    pub(crate) async fn begin_transfers(&self, entries: Vec<Entry>) -> Result<Vec<Entry>, LibraryError> {
        self.database
            .keep(move |tx| {
                let mut made = Vec::with_capacity(entries.len());
                for mut entry in entries {
                    if let Some(row) = insert(tx, &entry)? {
                        entry.row = row;
                        made.push(entry);
                    }
                }
                Ok(made)
            })
            .await
    }

    /// Everything that is not done, in its order. Memory: what the queue holds.
    pub(crate) async fn transfers(&self) -> Result<Vec<Entry>, LibraryError> {
        self.database
            .read(|connection| {
                let mut select = connection.prepare(
                    "SELECT id, request, key, position, paused, name, size, download, path, node, client_ref, \
                     with_link, to_file, existing FROM transfers ORDER BY position, id",
                )?;
                select.query_and_then([], entry)?.collect()
            })
            .await
    }

    /// Takes out what is done, or not wanted any more.
    pub(crate) async fn end_transfers(&self, which: &[i64]) -> Result<(), LibraryError> {
        self.for_rows("DELETE FROM transfers WHERE id = ?1", which.to_vec()).await
    }

    pub(crate) async fn end_all_transfers(&self) -> Result<(), LibraryError> {
        let end =
            |tx: &Transaction<'_>| Ok(tx.execute_batch("DELETE FROM transfers; DELETE FROM requests;")?);
        self.database.keep(end).await
    }

    /// Notes that the person holds these, or lets them go.
    pub(crate) async fn set_paused(&self, which: &[i64], paused: bool) -> Result<(), LibraryError> {
        let set = if paused { "UPDATE transfers SET paused = 1" } else { "UPDATE transfers SET paused = 0" };
        self.for_rows(&format!("{set} WHERE id = ?1"), which.to_vec()).await
    }

    /// Notes where these stand in the order.
    pub(crate) async fn set_positions(&self, places: &[(i64, i64)]) -> Result<(), LibraryError> {
        let places = places.to_vec();
        self.database
            .keep(move |tx| {
                let mut update = tx.prepare_cached("UPDATE transfers SET position = ?2 WHERE id = ?1")?;
                places.into_iter().try_for_each(|place| update.execute(place).map(drop))?;
                Ok(())
            })
            .await
    }

    /// Notes what becomes of files that are there already.
    pub(crate) async fn set_existing(&self, which: &[i64], existing: Existing) -> Result<(), LibraryError> {
        let update = format!("UPDATE transfers SET existing = {} WHERE id = ?1", number_of(existing));
        self.for_rows(&update, which.to_vec()).await
    }

    /// Notes where the file of an upload is now.
    pub(crate) async fn set_source(
        &self,
        row: i64,
        path: &Path,
        size: ByteCount,
    ) -> Result<(), LibraryError> {
        let values = (row, bytes_of(path), rows::integer(size.get()));
        self.keep_change("UPDATE transfers SET path = ?2, size = ?3 WHERE id = ?1", values).await
    }

    async fn for_rows(&self, sql: &str, which: Vec<i64>) -> Result<(), LibraryError> {
        let sql = sql.to_owned();
        self.database
            .keep(move |tx| {
                let mut statement = tx.prepare_cached(&sql)?;
                which.into_iter().try_for_each(|row| statement.execute([row]).map(drop))?;
                Ok(())
            })
            .await
    }

    async fn keep_change(
        &self,
        sql: &'static str,
        values: impl Params + Send + 'static,
    ) -> Result<(), LibraryError> {
        self.database.keep(move |tx| Ok(tx.execute(sql, values).map(drop)?)).await
    }
}

/// Its row; `None` where its key stands there already.
fn insert(tx: &Transaction<'_>, entry: &Entry) -> Result<Option<i64>, LibraryError> {
    let (download, path, node, client_ref, with_link, to_file, existing) = match &entry.job {
        Job::Upload { file, with_link } => {
            (false, &file.path, file.folder, Some(file.client_ref), *with_link, false, 0)
        }
        Job::Download { file } => {
            let (path, to_file) = match &file.to {
                SaveTo::File(path) => (path, true),
                SaveTo::Folder(path) => (path, false),
            };
            (true, path, Some(file.node), None, false, to_file, number_of(file.existing))
        }
    };
    let row = tx
        .prepare_cached(
            "INSERT INTO transfers (request, key, position, paused, name, size, download, path, node, client_ref, \
             with_link, to_file, existing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
             ON CONFLICT (key) DO NOTHING RETURNING id",
        )?
        .query_row(
            params![
                entry.request,
                entry.key,
                entry.position,
                entry.paused,
                entry.name,
                rows::integer(entry.size.get()),
                download,
                bytes_of(path),
                node.map(rows::key),
                client_ref.map(|client_ref| client_ref.0.into_bytes()),
                with_link,
                to_file,
                existing,
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(row)
}

fn entry(row: &Row<'_>) -> Result<Entry, LibraryError> {
    let path = path_of(row.get_ref(8)?.as_blob().map_err(rows::unreadable)?);
    let node = rows::maybe_uuid(row.get_ref(9)?)?.map(NodeId);
    let job = if row.get(7)? {
        let to = if row.get(12)? { SaveTo::File(path) } else { SaveTo::Folder(path) };
        let node = node.ok_or_else(|| rows::unreadable("a download of nothing"))?;
        Job::Download { file: FileToDownload { node, to, existing: existing_of(row.get(13)?) } }
    } else {
        let client_ref = ClientRef(rows::uuid(row.get_ref(10)?)?);
        let file = FileUpload { client_ref, ..FileUpload::new(path, node) };
        Job::Upload { file, with_link: row.get(11)? }
    };
    Ok(Entry {
        row: row.get(0)?,
        request: row.get(1)?,
        key: row.get(2)?,
        position: row.get(3)?,
        paused: row.get(4)?,
        name: row.get(5)?,
        size: ByteCount(row.get::<_, i64>(6)?.unsigned_abs()),
        job,
    })
}

fn number_of(existing: Existing) -> i64 {
    match existing {
        Existing::Fail => 0,
        Existing::Skip => 1,
        Existing::KeepBoth => 2,
        Existing::Replace => 3,
    }
}

fn existing_of(number: i64) -> Existing {
    match number {
        1 => Existing::Skip,
        2 => Existing::KeepBoth,
        3 => Existing::Replace,
        _ => Existing::Fail,
    }
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

/// Names that are no Unicode do not survive a restart there.
#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
