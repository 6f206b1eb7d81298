//! Changes to one owner's things.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use notespot_protocol::{Revision, UserId};
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
}

impl<'a> Mutation<'a> {
    pub(super) fn new(
        transaction: Transaction<'static, Sqlite>,
        owner: &'a UserId,
        listeners: &Arc<Listeners>,
    ) -> Self {
        Self { transaction, owner, listeners: Arc::clone(listeners), newest: None }
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
        let Self { transaction, owner, listeners, newest } = self;
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
