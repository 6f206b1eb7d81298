//! Names among siblings.

use notespot_protocol::{NodeId, NodeKind, NodeName, OnConflict, UserId};
use unicode_normalization::UnicodeNormalization as _;

use super::{Connection, rows};
use crate::{MetadataError, Result};

/// Under which name something may appear.
pub(super) enum Place {
    /// Under this one, which is free.
    Free(NodeName),
    /// As a new version of this file.
    Instead(NodeId),
}

/// Where among `parent`'s children.
pub(super) struct Siblings<'a> {
    pub(super) owner: &'a UserId,
    pub(super) parent: Option<NodeId>,
    /// The node that is being named, which is not in its own way.
    pub(super) except: Option<NodeId>,
}

impl Siblings<'_> {
    /// Finds a place for `name`.
    pub(super) async fn place(
        &self,
        connection: &mut Connection,
        name: &NodeName,
        on_conflict: OnConflict,
    ) -> Result<Place> {
        let Some((by, kind)) = self.holder(connection, name).await? else {
            return Ok(Place::Free(name.clone()));
        };
        match on_conflict {
            OnConflict::Fail => Err(MetadataError::NameTaken { by }),
            OnConflict::Replace if kind == NodeKind::File => Ok(Place::Instead(by)),
            OnConflict::Replace => Err(MetadataError::WrongKind),
            OnConflict::KeepBoth => Ok(Place::Free(self.next_free(connection, name).await?)),
        }
    }

    /// A free name for something that is no content and can replace nothing.
    pub(super) async fn free_name(
        &self,
        connection: &mut Connection,
        name: &NodeName,
        on_conflict: OnConflict,
    ) -> Result<NodeName> {
        match self.place(connection, name, on_conflict).await? {
            Place::Free(name) => Ok(name),
            Place::Instead(by) => Err(MetadataError::NameTaken { by }),
        }
    }

    /// A number that is free, after one that is taken. Found by doubling and halving: with a
    /// thousand of the same name, twenty look-ups and not a thousand.
    async fn next_free(&self, connection: &mut Connection, name: &NodeName) -> Result<NodeName> {
        let mut taken = 1;
        let mut free = 2;
        while self.holder(connection, &name.numbered(free)).await?.is_some() {
            taken = free;
            free = free.saturating_mul(2);
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            if self.holder(connection, &name.numbered(middle)).await?.is_some() {
                taken = middle;
            } else {
                free = middle;
            }
        }
        Ok(name.numbered(free))
    }

    /// The living sibling that has the name.
    pub(super) async fn holder(
        &self,
        connection: &mut Connection,
        name: &NodeName,
    ) -> Result<Option<(NodeId, NodeKind)>> {
        let row = sqlx::query(
            "SELECT id, kind FROM nodes WHERE owner = ?1 AND parent = ?2 AND unique_key = ?3 \
             AND trashed_at IS NULL AND id IS NOT ?4",
        )
        .bind(&self.owner.0)
        .bind(rows::parent_key(self.parent))
        .bind(name.unique_key())
        .bind(self.except.map(|id| rows::key(id.0)))
        .fetch_optional(connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((NodeId(rows::uuid(&row, "id")?), rows::kind(&row, "kind")?)))
    }
}

/// What names are sorted and searched by.
pub(super) fn sort_key(name: &NodeName) -> String {
    name.unique_key().to_lowercase()
}

/// What the catalogue finds a name by.
pub(super) fn searched(name: &NodeName) -> String {
    without_accents(name.as_str())
}

/// A text to search for, in the form of [`searched`].
pub(super) fn without_accents(text: &str) -> String {
    // Folding gives UTF-8.
    String::from_utf8(notespot_protocol::folded(text)).unwrap_or_default()
}

/// A text to search for, in the form of [`sort_key`].
pub(super) fn folded(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase()
}
