//! The metadata store in one SQLite file.
//!
//! WAL with `synchronous = FULL`: what a call acknowledged survives a kill and a power loss. One
//! connection writes, with `BEGIN IMMEDIATE`, so mutations wait for one another instead of failing;
//! a few others read committed snapshots meanwhile.

mod accounts;
mod catalogue;
mod changes;
mod examine;
#[cfg(feature = "conformance")]
#[expect(clippy::cast_possible_truncation, reason = "what is drawn is small")]
pub mod generated;
mod limits;
mod links;
mod listing;
mod mutation;
mod names;
mod nodes;
mod open;
mod orphans;
mod reader;
mod revisions;
mod rows;
mod stored_versions;
mod tokens;
mod tree;
mod uploads;
mod users;
mod webhooks;

use std::sync::Arc;

use notespot_protocol::{ByteCount, UserId};
use sqlx::sqlite::{Sqlite, SqlitePool};
use sqlx::{SqliteConnection, Transaction};

pub use self::examine::{Examined, examine};
use self::mutation::Mutation;
pub use self::open::OpenError;
use self::reader::Readers;
use crate::error::alone;
use crate::limits::in_process::InProcess;
use crate::listeners::Listeners;
use crate::{MetadataError, Result};

/// A [`MetadataStore`](crate::MetadataStore) and the [`Accounts`](crate::accounts::Accounts) of the
/// local identity provider in one file. Cheap to clone.
///
/// Memory: at most 8 MiB of page cache for each connection, of which there are three and four for each core up to eight,
/// and the pages that are asked for.
#[derive(Clone, Debug)]
pub struct SqliteMetadata {
    writer: SqlitePool,
    readers: SqlitePool,
    /// What each request reads, and pages.
    quick: Arc<Readers>,
    /// Who is told of what this process commits.
    listeners: Arc<Listeners>,
    limits: Arc<InProcess>,
    default_quota: Option<ByteCount>,
}

impl SqliteMetadata {
    /// The same, where everybody without a quota of their own may store so much, whatever it was when they came.
    #[must_use]
    pub fn with_default_quota(self, quota: ByteCount) -> Self {
        Self { default_quota: Some(quota), ..self }
    }

    /// Begins a change of the owner's things, which takes revisions.
    async fn change<'a>(&self, owner: &'a UserId) -> Result<Mutation<'a>> {
        Ok(Mutation::new(self.write().await?, owner, &self.listeners, self.default_quota))
    }

    /// Begins a change that takes no revision. Dropped without a commit, it changes nothing.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Begins a snapshot for several reads that must agree.
    async fn snapshot(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.readers.begin().await?)
    }

    /// Closes all connections; open calls end first.
    pub async fn close(&self) {
        self.quick.close();
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl From<sqlx::Error> for MetadataError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// A connection or a transaction, to read from or write to.
type Connection = SqliteConnection;
