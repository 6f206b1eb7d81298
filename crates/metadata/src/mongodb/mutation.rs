//! Changes to one owner's things.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use mongodb::bson::doc;
use mongodb::options::ReturnDocument;
use notespot_protocol::{ByteCount, Revision, UserId};

use super::collections::Collections;
use super::connection::Connection;
use super::rows::UserRow;
use super::transaction::{self, Retried, Retries};
use super::turns::Turn;
use crate::listeners::Listeners;
use crate::stored::{integer, unreadable};
use crate::{MetadataError, Result};

/// A transaction in which an owner's things change. Its first statement writes to the owner's document: until it
/// ends nobody else changes anything of this owner, and it sees all that was changed before. Revisions are taken
/// from it alone, and whoever listens is told of them when it is committed. Dropped without a commit, it changes
/// nothing.
pub(super) struct Mutation<'a> {
    connection: Connection,
    owner: &'a UserId,
    listeners: Arc<Listeners>,
    retries: Retries,
    /// As it was when the transaction began.
    before: UserRow,
    /// What is added to it when the transaction ends.
    added: Added,
    default_quota: Option<ByteCount>,
    _turn: Turn,
}

#[derive(Default)]
struct Added {
    revisions: u64,
    used: i64,
    promised: i64,
}

impl<'a> Mutation<'a> {
    pub(super) async fn begin_new(
        at: Arc<Collections>,
        owner: &'a UserId,
        turn: Turn,
        listeners: &Arc<Listeners>,
    ) -> Result<Self> {
        let mut new = Self {
            connection: Connection::in_session(at).await?,
            owner,
            listeners: Arc::clone(listeners),
            retries: Retries::new(),
            before: UserRow::default(),
            added: Added::default(),
            default_quota: None,
            _turn: turn,
        };
        new.begin().await?;
        Ok(new)
    }

    /// What the owner may store who has no quota of their own.
    pub(super) fn set_default_quota(&mut self, quota: Option<ByteCount>) {
        self.default_quota = quota;
    }

    /// Whose things change.
    pub(super) fn owner(&self) -> &'a UserId {
        self.owner
    }

    /// Takes the owner's next revision: it becomes visible together with everything below it.
    pub(super) fn next_revision(&mut self) -> Revision {
        self.next_revisions(1)
    }

    /// Takes `how_many` revisions at once, for a change of that many things: the first.
    pub(super) fn next_revisions(&mut self, how_many: usize) -> Revision {
        let first = self.newest() + 1;
        self.added.revisions += how_many as u64;
        Revision(first)
    }

    fn newest(&self) -> u64 {
        self.before.revision.unsigned_abs() + self.added.revisions
    }

    /// What the quota holds beside what the owner has.
    pub(super) fn room(&self) -> u64 {
        let quota = self.before.quota(self.default_quota);
        let room = quota.saturating_sub(self.before.used).saturating_sub(self.added.used);
        u64::try_from(room).unwrap_or_default()
    }

    /// What the quota holds beside what the owner has and what is on its way.
    pub(super) fn room_beside_uploads(&self) -> u64 {
        let promised = self.before.promised.saturating_add(self.added.promised);
        self.room().saturating_sub(promised.max(0).unsigned_abs())
    }

    /// The owner has so much more.
    pub(super) fn use_bytes(&mut self, size: ByteCount) {
        self.added.used = self.added.used.saturating_add(integer(size.get()));
    }

    /// The owner has so much less.
    pub(super) fn free_bytes(&mut self, size: ByteCount) {
        self.added.used = self.added.used.saturating_sub(integer(size.get()));
    }

    /// So much more is on its way.
    pub(super) fn promise_bytes(&mut self, size: ByteCount) {
        self.added.promised = self.added.promised.saturating_add(integer(size.get()));
    }

    /// So much is on its way no longer.
    pub(super) fn keep_promise(&mut self, size: ByteCount) {
        self.added.promised = self.added.promised.saturating_sub(integer(size.get()));
    }

    /// Writes to the owner's document before anything is read: what others changed is seen, or the server has
    /// this run again.
    async fn lock(&mut self) -> Result<()> {
        transaction::begin(&mut self.connection).await?;
        let users = self.connection.at().users().clone();
        let session = self.connection.session.as_mut().ok_or_else(transaction::no_session)?;
        let owner = users
            .find_one_and_update(UserRow::named(self.owner), doc! { "$inc": { "turn": 1_i64 } })
            .return_document(ReturnDocument::Before)
            .session(session)
            .await?;
        self.before = owner.ok_or(MetadataError::NotFound)?;
        self.added = Added::default();
        Ok(())
    }

    async fn write_added(&mut self) -> Result<()> {
        let Added { revisions, used, promised } = self.added;
        if (revisions, used, promised) == (0, 0, 0) {
            return Ok(());
        }
        let mut added = doc! {};
        for (field, by) in [("revision", integer(revisions)), ("used", used), ("promised", promised)] {
            if by != 0 {
                added.insert(field, by);
            }
        }
        let owner = doc! { "_id": &self.owner.0 };
        self.connection.update_one(Collections::users, owner, doc! { "$inc": added }).await?;
        Ok(())
    }
}

impl Retried for Mutation<'_> {
    async fn begin(&mut self) -> Result<()> {
        loop {
            match self.lock().await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    self.abort().await;
                    if !super::failure::may_run_again(&error) || !self.retries.wait().await {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Makes the change, and tells of it. On a task of its own: a caller that goes away in the middle must not
    /// keep those who listen from hearing of what was committed.
    async fn commit(&mut self) -> Result<()> {
        self.write_added().await?;
        if !self.connection.has_written {
            // Nothing came of it; whoever is next would find the owner's document taken.
            self.abort().await;
            return Ok(());
        }
        let mut session = self.connection.session.take().ok_or_else(transaction::no_session)?;
        let (owner, listeners) = (self.owner.clone(), Arc::clone(&self.listeners));
        let newest = (self.added.revisions > 0).then(|| Revision(self.newest()));
        let mut retries = self.retries.clone();
        let committing = tokio::spawn(async move {
            let committed = transaction::commit(&mut session, &mut retries).await;
            if let (Ok(()), Some(revision)) = (&committed, newest) {
                listeners.tell(&owner, revision);
            }
            (session, committed)
        });
        let (session, committed) = committing.await.map_err(unreadable)?;
        self.connection.session = Some(session);
        Ok(committed?)
    }

    async fn abort(&mut self) {
        transaction::abort(&mut self.connection).await;
    }

    fn retries(&mut self) -> &mut Retries {
        &mut self.retries
    }
}

impl Deref for Mutation<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Mutation<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
