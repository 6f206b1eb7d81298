//! Names among siblings: see [`naming`](crate::naming).

use notespot_protocol::{NodeId, NodeKind, NodeName, OnConflict, UserId};

use super::{Connection, rows};
pub(super) use crate::naming::{Place, folded, searched, sort_key};
use crate::{Result, naming};

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
        naming::place(&mut Asked { siblings: self, connection }, name, on_conflict).await
    }

    /// A free name for something that is no content and can replace nothing.
    pub(super) async fn free_name(
        &self,
        connection: &mut Connection,
        name: &NodeName,
        on_conflict: OnConflict,
    ) -> Result<NodeName> {
        naming::free_name(&mut Asked { siblings: self, connection }, name, on_conflict).await
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

struct Asked<'a> {
    siblings: &'a Siblings<'a>,
    connection: &'a mut Connection,
}

impl naming::Siblings for Asked<'_> {
    async fn holder(&mut self, name: &NodeName) -> Result<Option<(NodeId, NodeKind)>> {
        self.siblings.holder(self.connection, name).await
    }
}
