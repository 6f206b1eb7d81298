//! The transfer journal: what was asked for, until it is done.
//!
//! Unlike the rest of the library it is on the disk, power loss included, when a call returns; many
//! files go in one transaction.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use notespot_protocol::{ByteCount, ClientRef, NodeId};
use notespot_transfer::{Existing, FileToDownload, SaveTo};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};
use uuid::Uuid;

use super::{Library, LibraryError, rows};
use crate::FileUpload;
use crate::transfers::Job;

#[cfg(test)]
mod tests;

/// Rows in one statement: SQLite takes 32,766 values.
const ROWS: usize = 1000;

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
        let done = sqlx::query("INSERT INTO requests (json) VALUES (?1)")
            .bind(rows::to_json(request)?)
            .execute(&self.journal)
            .await?;
        Ok(done.last_insert_rowid())
    }

    /// Everything was found.
    pub(crate) async fn end_request(&self, id: i64) -> Result<(), LibraryError> {
        sqlx::query("DELETE FROM requests WHERE id = ?1").bind(id).execute(&self.journal).await?;
        Ok(())
    }

    pub(crate) async fn requests(&self) -> Result<Vec<(i64, Request)>, LibraryError> {
        let found = sqlx::query("SELECT id, json FROM requests ORDER BY id").fetch_all(&self.journal).await?;
        found.iter().map(|row| Ok((row.try_get("id")?, rows::from_json(row.try_get("json")?)?))).collect()
    }

    /// Writes files down in one transaction, and gives those that did not stand there, with their rows.
    pub(crate) async fn begin_transfers(&self, entries: Vec<Entry>) -> Result<Vec<Entry>, LibraryError> {
        let mut tx = self.journal.begin_with("BEGIN IMMEDIATE").await?;
        let mut made = HashMap::new();
        for some in entries.chunks(ROWS) {
            for row in insertion(some).build().fetch_all(&mut *tx).await? {
                made.insert(row.try_get::<Vec<u8>, _>("key")?, row.try_get::<i64, _>("id")?);
            }
        }
        tx.commit().await?;
        let with_row = |mut entry: Entry| {
            entry.row = *made.get(entry.key.as_slice())?;
            Some(entry)
        };
        Ok(entries.into_iter().filter_map(with_row).collect())
    }

    /// Everything that is not done, in its order. Memory: what the queue holds.
    pub(crate) async fn transfers(&self) -> Result<Vec<Entry>, LibraryError> {
        let found =
            sqlx::query("SELECT * FROM transfers ORDER BY position, id").fetch_all(&self.journal).await?;
        found.iter().map(entry).collect()
    }

    /// Takes out what is done, or not wanted any more.
    pub(crate) async fn end_transfers(&self, which: &[i64]) -> Result<(), LibraryError> {
        self.for_rows("DELETE FROM transfers WHERE id IN (SELECT value FROM json_each(", which, "))").await
    }

    pub(crate) async fn end_all_transfers(&self) -> Result<(), LibraryError> {
        sqlx::raw_sql("BEGIN; DELETE FROM transfers; DELETE FROM requests; COMMIT")
            .execute(&self.journal)
            .await?;
        Ok(())
    }

    /// Notes that the person holds these, or lets them go.
    pub(crate) async fn set_paused(&self, which: &[i64], paused: bool) -> Result<(), LibraryError> {
        let set = if paused { "UPDATE transfers SET paused = 1" } else { "UPDATE transfers SET paused = 0" };
        self.for_rows(&format!("{set} WHERE id IN (SELECT value FROM json_each("), which, "))").await
    }

    /// Notes where these stand in the order.
    pub(crate) async fn set_positions(&self, places: &[(i64, i64)]) -> Result<(), LibraryError> {
        let mut tx = self.journal.begin_with("BEGIN IMMEDIATE").await?;
        for (row, position) in places {
            sqlx::query("UPDATE transfers SET position = ?2 WHERE id = ?1")
                .bind(row)
                .bind(position)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Notes what becomes of files that are there already.
    pub(crate) async fn set_existing(&self, which: &[i64], existing: Existing) -> Result<(), LibraryError> {
        let set = format!("UPDATE transfers SET existing = {} WHERE id IN (", number_of(existing));
        self.for_rows(&format!("{set}SELECT value FROM json_each("), which, "))").await
    }

    /// Notes where the file of an upload is now.
    pub(crate) async fn set_source(
        &self,
        row: i64,
        path: &Path,
        size: ByteCount,
    ) -> Result<(), LibraryError> {
        sqlx::query("UPDATE transfers SET path = ?2, size = ?3 WHERE id = ?1")
            .bind(row)
            .bind(bytes_of(path))
            .bind(rows::integer(size.get()))
            .execute(&self.journal)
            .await?;
        Ok(())
    }

    async fn for_rows(&self, before: &str, which: &[i64], after: &str) -> Result<(), LibraryError> {
        let mut query = QueryBuilder::<Sqlite>::new(before);
        query.push_bind(rows::to_json(&which)?).push(after).build().execute(&self.journal).await?;
        Ok(())
    }
}

fn insertion(entries: &[Entry]) -> QueryBuilder<Sqlite> {
    let mut insert = QueryBuilder::new(
        "INSERT INTO transfers (request, key, position, paused, name, size, download, path, node, \
         client_ref, with_link, to_file, existing) ",
    );
    insert.push_values(entries, |mut row, entry| {
        row.push_bind(entry.request)
            .push_bind(entry.key.to_vec())
            .push_bind(entry.position)
            .push_bind(entry.paused)
            .push_bind(entry.name.clone())
            .push_bind(rows::integer(entry.size.get()));
        match &entry.job {
            Job::Upload { file, with_link } => row
                .push_bind(0)
                .push_bind(bytes_of(&file.path))
                .push_bind(file.folder.map(rows::key))
                .push_bind(Some(file.client_ref.0.as_bytes().to_vec()))
                .push_bind(*with_link)
                .push_bind(false)
                .push_bind(0),
            Job::Download { file } => {
                let (path, to_file) = match &file.to {
                    SaveTo::File(path) => (path, true),
                    SaveTo::Folder(path) => (path, false),
                };
                row.push_bind(1)
                    .push_bind(bytes_of(path))
                    .push_bind(Some(rows::key(file.node)))
                    .push_bind(None::<Vec<u8>>)
                    .push_bind(false)
                    .push_bind(to_file)
                    .push_bind(number_of(file.existing))
            }
        };
    });
    insert.push(" ON CONFLICT (key) DO NOTHING RETURNING id, key");
    insert
}

fn entry(row: &SqliteRow) -> Result<Entry, LibraryError> {
    let path = path_of(row.try_get("path")?);
    let node = row.try_get::<Option<&[u8]>, _>("node")?.map(rows::id).transpose()?;
    let job = if row.try_get::<bool, _>("download")? {
        let to = if row.try_get("to_file")? { SaveTo::File(path) } else { SaveTo::Folder(path) };
        let node = node.ok_or_else(|| unreadable("a download of nothing"))?;
        Job::Download { file: FileToDownload { node, to, existing: existing_of(row.try_get("existing")?) } }
    } else {
        let client_ref = Uuid::from_slice(row.try_get("client_ref")?).map_err(unreadable)?;
        let file = FileUpload { client_ref: ClientRef(client_ref), ..FileUpload::new(path, node) };
        Job::Upload { file, with_link: row.try_get("with_link")? }
    };
    Ok(Entry {
        row: row.try_get("id")?,
        request: row.try_get("request")?,
        key: row.try_get::<&[u8], _>("key")?.try_into().map_err(unreadable)?,
        position: row.try_get("position")?,
        paused: row.try_get("paused")?,
        name: row.try_get("name")?,
        size: ByteCount(row.try_get::<i64, _>("size")?.unsigned_abs()),
        job,
    })
}

fn unreadable(why: impl std::fmt::Display) -> LibraryError {
    LibraryError::Row(serde::de::Error::custom(why))
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
