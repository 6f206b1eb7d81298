//! What a batch of one owner counts: read once, written once.

use std::collections::HashSet;

use notespot_protocol::{ByteCount, NodeId, Revision, UserId};

use super::super::mutation::Counters;
use super::super::{Mutation, revisions, rows, tree};
use crate::{MetadataError, Result};

/// The owner's counters, and which of the folders that the batch names live, for the length of one transaction.
/// Memory: one entry for each of them.
pub(super) struct Tally<'a> {
    pub(super) owner: &'a UserId,
    quota: u64,
    used: u64,
    /// Before the transaction.
    revision: u64,
    taken: u64,
    living: HashSet<NodeId>,
}

impl<'a> Tally<'a> {
    pub(super) async fn read(tx: &mut Mutation<'a>, parents: HashSet<NodeId>) -> Result<Self> {
        let owner = tx.owner();
        let Counters { quota, used, revision } = tx.counters().await?;
        Ok(Self {
            owner,
            quota,
            used,
            revision,
            taken: 0,
            living: tree::living_folders(tx, owner, &parents).await?,
        })
    }

    /// Writes what changed. The transaction that [`read`](Self::read) keeps others from writing.
    pub(super) async fn write(self, tx: &mut Mutation<'_>) -> Result<()> {
        if self.taken > 0 {
            revisions::next_many(tx, self.taken).await?;
        }
        sqlx::query("UPDATE users SET used = ?2 WHERE id = ?1")
            .bind(&self.owner.0)
            .bind(rows::integer(self.used))
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Refuses what the quota does not hold.
    pub(super) fn require_room(&self, size: ByteCount) -> Result<()> {
        let after = self.used.saturating_add(size.get());
        if after <= self.quota { Ok(()) } else { Err(MetadataError::QuotaExceeded) }
    }

    /// Takes this much, without asking again.
    pub(super) fn take(&mut self, size: ByteCount) {
        self.used = self.used.saturating_add(size.get());
    }

    /// The owner's next revision.
    pub(super) fn next_revision(&mut self) -> Revision {
        self.taken += 1;
        Revision(self.revision + self.taken)
    }

    /// Whether the parent is the top level or a living folder.
    pub(super) fn has_parent(&self, parent: Option<NodeId>) -> bool {
        parent.is_none_or(|id| self.living.contains(&id))
    }
}
