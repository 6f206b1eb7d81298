//! Changes to one owner's things.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use notespot_protocol::{ByteCount, Revision, UserId};
use sqlx::Transaction;
use sqlx::sqlite::Sqlite;

use super::{Connection, rows};
use crate::listeners::Listeners;
use crate::{MetadataError, Result};

/// A transaction in which an owner's things change. Revisions are taken [from it alone](super::revisions), and
/// whoever listens is told of them when it is committed: no change can forget to. Dropped without a commit, it
/// changes nothing.
pub(super) struct Mutation<'a> {
    transaction: Transaction<'static, Sqlite>,
    owner: &'a UserId,
    listeners: Arc<Listeners>,
    newest: Option<Revision>,
    default_quota: Option<ByteCount>,
}

/// What stands in the owner's record.
pub(super) struct Counters {
    pub(super) quota: u64,
    pub(super) used: u64,
    pub(super) revision: u64,
}

impl<'a> Mutation<'a> {
    pub(super) fn new(
        transaction: Transaction<'static, Sqlite>,
        owner: &'a UserId,
        listeners: &Arc<Listeners>,
        default_quota: Option<ByteCount>,
    ) -> Self {
        Self { transaction, owner, listeners: Arc::clone(listeners), newest: None, default_quota }
    }

    /// What the owner may store and has stored, and the newest revision: as they are in this transaction.
    pub(super) async fn counters(&mut self) -> Result<Counters> {
        let row = sqlx::query("SELECT iif(quota_is_own, quota, coalesce(?2, quota)) AS quota, used, revision FROM users WHERE id = ?1")
            .bind(&self.owner.0)
            .bind(self.default_quota.map(|quota| rows::integer(quota.get())))
            .fetch_optional(&mut *self.transaction)
            .await?
            .ok_or(MetadataError::NotFound)?;
        Ok(Counters {
            quota: rows::count(&row, "quota")?,
            used: rows::count(&row, "used")?,
            revision: rows::count(&row, "revision")?,
        })
    }

    /// Whose things change.
    pub(super) fn owner(&self) -> &'a UserId {
        self.owner
    }

    /// Everything up to this revision will exist.
    pub(super) fn took(&mut self, revision: Revision) {
        self.newest = Some(revision);
    }

    /// Makes the change, and tells of it. On a task of its own: a caller that goes away in the middle must not
    /// keep those who listen from hearing of what was committed.
    pub(super) async fn commit(self) -> Result<()> {
        let Self { transaction, owner, listeners, newest, .. } = self;
        let owner = owner.clone();
        let committing = tokio::spawn(async move {
            transaction.commit().await?;
            if let Some(revision) = newest {
                listeners.tell(&owner, revision);
            }
            Ok::<_, MetadataError>(())
        });
        committing.await.map_err(rows::unreadable)?
    }
}

impl Deref for Mutation<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

impl DerefMut for Mutation<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.transaction
    }
}
