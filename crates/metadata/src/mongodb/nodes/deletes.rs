//! Deleting for ever: the deepest first, and never more at once than others can wait for.

use std::collections::{BTreeMap, HashSet};

use mongodb::bson::{Uuid, doc};
use notespot_protocol::{EmptiedTrash, NodeAt, NodeId, NodeKind, Timestamp, UserId};
use serde::Deserialize;

use super::super::collections::Collections;
use super::super::connection::Find;
use super::super::rows::NodeRow;
use super::super::{Connection, Mutation, rows, tree};
use super::bury::bury;
use super::walk::deepest_of;
use super::{alone, current};
use crate::stored::{FILE, FOLDER, kind_of};
use crate::{MetadataError, Result};

/// How many expired roots of trees are looked at in one step of the sweeper.
const DUE_AT_ONCE: usize = 1000;

#[derive(Deserialize)]
struct RootRow {
    #[serde(rename = "_id")]
    id: Uuid,
    kind: i64,
}

#[derive(Deserialize)]
struct DueRow {
    #[serde(rename = "_id")]
    id: Uuid,
    owner: String,
}

/// Deletes the first of these trees, as far as `at_most` nodes go: the outcomes of those that are done. The
/// next step goes on with the others, of which one may have become smaller.
pub(super) async fn some_of(
    tx: &mut Mutation<'_>,
    nodes: &[NodeAt],
    at_most: usize,
) -> Result<Vec<Result<()>>> {
    let mut gone = Gone::at_most(at_most);
    // With how many nodes had to go for each.
    let mut outcomes = Vec::new();
    for node in nodes {
        if gone.left == 0 {
            break;
        }
        match alone(gone.take(tx, *node).await)? {
            Ok(true) => outcomes.push((gone.ids.len(), Ok(()))),
            Ok(false) => break,
            Err(refused) => outcomes.push((gone.ids.len(), Err(refused))),
        }
    }
    let buried = bury(tx, &gone.ids).await?;
    Ok(outcomes.into_iter().take_while(|(needed, _)| *needed <= buried).map(|(_, outcome)| outcome).collect())
}

/// Deletes what the owner has in the trash, as far as `at_most` nodes go.
pub(super) async fn some_trash(tx: &mut Mutation<'_>, at_most: usize) -> Result<EmptiedTrash> {
    let owner = tx.owner();
    let mut gone = Gone::at_most(at_most);
    let in_the_trash =
        |kind: i64| doc! { "owner": &owner.0, "kind": kind, "trashed_at": { "$exists": true } };
    for kind in [FILE, FOLDER] {
        let find = Find::new(in_the_trash(kind)).limit(gone.left).fields(&["kind"]);
        let trashed: Vec<RootRow> = tx.find_as::<NodeRow, _>(Collections::nodes, find).await?;
        gone.take_roots(tx, owner, &roots(&trashed)?).await?;
    }
    let buried = bury(tx, &gone.ids).await?;
    let mut more = false;
    for kind in [FILE, FOLDER] {
        more = more || tx.exists(Collections::nodes, in_the_trash(kind)).await?;
    }
    Ok(EmptiedTrash { deleted: u32::try_from(buried).unwrap_or(u32::MAX), more })
}

/// What has been in the trash for long.
pub(super) struct Due {
    pub(super) of_owners: BTreeMap<UserId, Vec<NodeId>>,
    /// Whether there is more than this.
    pub(super) more: bool,
}

/// What was moved to the trash before `before`, the oldest first.
pub(super) async fn due(reader: &mut Connection, before: Timestamp) -> Result<Due> {
    let filter = doc! { "trashed_at": { "$lt": rows::time(before) } };
    let find = Find::new(filter).sort(doc! { "trashed_at": 1 }).limit(DUE_AT_ONCE).fields(&["owner"]);
    let found: Vec<DueRow> = reader.find_as::<NodeRow, _>(Collections::nodes, find).await?;
    let more = found.len() == DUE_AT_ONCE;
    let mut of_owners: BTreeMap<UserId, Vec<NodeId>> = BTreeMap::new();
    for DueRow { id, owner } in found {
        of_owners.entry(UserId(owner)).or_default().push(NodeId(rows::uuid(id)));
    }
    Ok(Due { of_owners, more })
}

/// Deletes those that are in the trash still, as far as `at_most` nodes go: how many nodes went, and whether some of
/// them were too much for one step.
pub(super) async fn still_due(
    tx: &mut Mutation<'_>,
    ids: &[NodeId],
    before: Timestamp,
    at_most: usize,
) -> Result<(usize, bool)> {
    let owner = tx.owner();
    let filter = doc! {
        "_id": { "$in": rows::ids(ids) }, "owner": &owner.0, "trashed_at": { "$lt": rows::time(before) },
    };
    let find = Find::new(filter).limit(ids.len()).fields(&["kind"]);
    let found: Vec<RootRow> = tx.find_as::<NodeRow, _>(Collections::nodes, find).await?;
    let mut gone = Gone::at_most(at_most);
    gone.take_roots(tx, owner, &roots(&found)?).await?;
    let buried = bury(tx, &gone.ids).await?;
    Ok((buried, buried < gone.ids.len()))
}

fn roots(found: &[RootRow]) -> Result<Vec<(NodeId, NodeKind)>> {
    found.iter().map(|row| Ok((NodeId(rows::uuid(row.id)), kind_of(row.kind)?))).collect()
}

/// What goes in this transaction. Memory: two ids for each.
struct Gone {
    /// What lies in a folder before the folder.
    ids: Vec<NodeId>,
    /// The same. What is in the trash by itself may also lie in a folder that goes.
    known: HashSet<NodeId>,
    /// How many more may go.
    left: usize,
}

impl Gone {
    fn at_most(nodes: usize) -> Self {
        Self { ids: Vec::new(), known: HashSet::new(), left: nodes }
    }

    fn add(&mut self, id: NodeId) {
        if self.known.insert(id) {
            self.ids.push(id);
            self.left -= 1;
        }
    }

    /// Takes a node that may go, with what lies in it: true when that was all of it.
    async fn take(&mut self, tx: &mut Mutation<'_>, NodeAt { id, if_match }: NodeAt) -> Result<bool> {
        if self.known.contains(&id) {
            return Err(MetadataError::NotFound);
        }
        let owner = tx.owner();
        let node = current(tx, owner, id, if_match).await?;
        if node.trashed_at.is_none() && tree::lives(tx, owner, id).await? {
            return Err(MetadataError::WrongKind);
        }
        self.take_tree(tx, owner, id, node.kind).await
    }

    /// Takes trees one after the other, while there is room.
    async fn take_roots(
        &mut self,
        tx: &mut Connection,
        owner: &UserId,
        roots: &[(NodeId, NodeKind)],
    ) -> Result<()> {
        for (id, kind) in roots {
            if self.left == 0 || !self.take_tree(tx, owner, *id, *kind).await? {
                break;
            }
        }
        Ok(())
    }

    async fn take_tree(
        &mut self,
        tx: &mut Connection,
        owner: &UserId,
        id: NodeId,
        kind: NodeKind,
    ) -> Result<bool> {
        if kind == NodeKind::File {
            self.add(id);
            return Ok(true);
        }
        let deepest = deepest_of(tx, owner, id, self.left).await?;
        let is_all = deepest.last() == Some(&id);
        for id in deepest {
            self.add(id);
        }
        Ok(is_all)
    }
}
