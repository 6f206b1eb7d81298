//! Names among siblings: see [`naming`].

use mongodb::bson::doc;
use notespot_protocol::{NodeId, NodeKind, NodeName, OnConflict, UserId};

use super::collections::Collections;
use super::connection::{Connection, Find};
use super::rows;
use crate::Result;
use crate::naming::{self, Place};
use crate::stored::kind_of;

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

    /// The sibling that has the name and was not moved to the trash itself.
    pub(super) async fn holder(
        &self,
        connection: &mut Connection,
        name: &NodeName,
    ) -> Result<Option<(NodeId, NodeKind)>> {
        let filter = doc! {
            "owner": &self.owner.0, "parent": rows::parent(self.parent), "unique_key": name.unique_key(),
            "untrashed": true,
        };
        let find = Find::new(filter).limit(1).fields(&["kind"]);
        let found: Vec<HolderRow> = connection.find_as(Collections::nodes, find).await?;
        let Some(HolderRow { id, kind }) = found.first() else { return Ok(None) };
        let id = NodeId(rows::uuid(*id));
        // No other sibling has the name.
        if Some(id) == self.except { Ok(None) } else { Ok(Some((id, kind_of(*kind)?))) }
    }
}

#[derive(serde::Deserialize)]
struct HolderRow {
    #[serde(rename = "_id")]
    id: mongodb::bson::Uuid,
    kind: i64,
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
