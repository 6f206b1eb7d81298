//! What a batch of one owner counts: read once, written once.

use std::collections::HashMap;

use notespot_protocol::{ByteCount, NodeId, Revision, UserId};

use super::super::{Connection, rows, tree};
use crate::{MetadataError, Result};

/// The owner's counters, and the folders that the batch asked for, for the length of one transaction.
/// Memory: one entry for each folder that the batch names.
pub(super) struct Tally<'a> {
    pub(super) owner: &'a UserId,
    quota: u64,
    used: u64,
    revision: u64,
    parents: HashMap<NodeId, bool>,
}

impl<'a> Tally<'a> {
    pub(super) async fn read(tx: &mut Connection, owner: &'a UserId) -> Result<Self> {
        let row = sqlx::query("SELECT quota, used, revision FROM users WHERE id = ?1")
            .bind(&owner.0)
            .fetch_optional(tx)
            .await?
            .ok_or(MetadataError::NotFound)?;
        Ok(Self {
            owner,
            quota: rows::count(&row, "quota")?,
            used: rows::count(&row, "used")?,
            revision: rows::count(&row, "revision")?,
            parents: HashMap::new(),
        })
    }

    /// Writes what changed. The transaction that [`read`](Self::read) keeps others from writing.
    pub(super) async fn write(self, tx: &mut Connection) -> Result<()> {
        sqlx::query("UPDATE users SET used = ?2, revision = ?3 WHERE id = ?1")
            .bind(&self.owner.0)
            .bind(rows::integer(self.used))
            .bind(rows::integer(self.revision))
            .execute(tx)
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
        self.revision += 1;
        Revision(self.revision)
    }

    /// Whether the parent is the top level or a living folder; asked once for each.
    pub(super) async fn has_parent(&mut self, tx: &mut Connection, parent: Option<NodeId>) -> Result<bool> {
        let Some(id) = parent else { return Ok(true) };
        if let Some(known) = self.parents.get(&id) {
            return Ok(*known);
        }
        let found = match tree::require_parent(tx, self.owner, parent).await {
            Ok(()) => true,
            Err(MetadataError::NoSuchParent) => false,
            Err(error) => return Err(error),
        };
        self.parents.insert(id, found);
        Ok(found)
    }
}
