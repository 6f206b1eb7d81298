//! Folders above a node, and the children below.
//!
//! The way up is asked for level by level, for many nodes at once: the server's own walk (`$graphLookup`) is not
//! for transactions over shards. What was learnt is remembered for as long as the transaction; after that it is a
//! [hint](super::hints) of what to ask for ahead.

use std::collections::{BTreeSet, HashSet};

use mongodb::bson::{DateTime, Uuid, doc};
use notespot_protocol::{Node, NodeId, UserId};
use serde::Deserialize;

use super::collections::Collections;
use super::connection::{AT_ONCE, Connection, Find};
use super::rows::{self, NodeRow};
use crate::stored::FOLDER;
use crate::{MetadataError, Result};

/// A node, seen from below.
#[derive(Clone, Copy)]
pub(super) struct Step {
    parent: Option<NodeId>,
    is_folder: bool,
    is_trashed: bool,
}

/// What is read of a node to know its place.
#[derive(Deserialize)]
struct PlaceRow {
    #[serde(rename = "_id")]
    id: Uuid,
    parent: Option<Uuid>,
    kind: i64,
    #[serde(default)]
    trashed_at: Option<DateTime>,
}

/// One of the owner's nodes.
pub(super) async fn node(connection: &mut Connection, owner: &UserId, id: NodeId) -> Result<Node> {
    row(connection, owner, id).await?.ok_or(MetadataError::NotFound)?.node()
}

/// One of the owner's nodes, as it is stored.
pub(super) async fn row(connection: &mut Connection, owner: &UserId, id: NodeId) -> Result<Option<NodeRow>> {
    connection.find_one(Collections::nodes, doc! { "_id": rows::id(id.0), "owner": &owner.0 }).await
}

/// Learns of these nodes and of all folders above them: a round trip for each level of which
/// there is no hint.
async fn learn(
    connection: &mut Connection,
    owner: &UserId,
    nodes: impl IntoIterator<Item = NodeId>,
) -> Result<()> {
    let mut wanted: BTreeSet<NodeId> = nodes.into_iter().collect();
    loop {
        wanted.retain(|id| !connection.above.contains_key(id));
        if wanted.is_empty() {
            return Ok(());
        }
        let mut some = connection.at().hints.with_what_may_be_above(&wanted, AT_ONCE);
        some.retain(|id| !connection.above.contains_key(id));
        let filter = doc! { "_id": rows::any_of(&some), "owner": &owner.0 };
        let find = Find::new(filter).limit(some.len()).fields(&["parent", "kind", "trashed_at"]);
        let found: Vec<PlaceRow> = connection.find_as(Collections::nodes, find).await?;
        for id in &some {
            wanted.remove(id);
        }
        let parent_of = |row: &PlaceRow| row.parent.map(|parent| NodeId(rows::uuid(parent)));
        let seen = found.iter().filter_map(|row| Some((NodeId(rows::uuid(row.id)), parent_of(row)?)));
        connection.at().hints.note(seen);
        for row in found {
            let parent = parent_of(&row);
            let PlaceRow { id, kind, trashed_at, .. } = row;
            let step = Step { parent, is_folder: kind == FOLDER, is_trashed: trashed_at.is_some() };
            connection.above.insert(NodeId(rows::uuid(id)), step);
            wanted.extend(parent);
        }
    }
}

/// Whether the way up from a node that was [learnt](learn) of comes to the top past nothing that was trashed.
fn comes_to_the_top(connection: &Connection, mut id: NodeId) -> bool {
    loop {
        match connection.above.get(&id) {
            Some(Step { is_trashed: false, parent: Some(parent), .. }) => id = *parent,
            Some(Step { is_trashed: false, parent: None, .. }) => return true,
            _ => return false,
        }
    }
}

/// Whether neither the node nor any folder above it was moved to the trash.
pub(super) async fn lives(connection: &mut Connection, owner: &UserId, id: NodeId) -> Result<bool> {
    learn(connection, owner, [id]).await?;
    Ok(comes_to_the_top(connection, id))
}

/// Those that live.
pub(super) async fn living(
    connection: &mut Connection,
    owner: &UserId,
    nodes: Vec<NodeRow>,
) -> Result<Vec<NodeRow>> {
    learn(connection, owner, nodes.iter().filter_map(NodeRow::parent_id)).await?;
    let lives = |row: &NodeRow| row.parent_id().is_none_or(|parent| comes_to_the_top(connection, parent));
    Ok(nodes.into_iter().filter(|row| !row.is_trashed() && lives(row)).collect())
}

/// Which of them are living folders of the owner.
pub(super) async fn living_folders(
    connection: &mut Connection,
    owner: &UserId,
    asked: &HashSet<NodeId>,
) -> Result<HashSet<NodeId>> {
    learn(connection, owner, asked.iter().copied()).await?;
    let is_folder = |id: &NodeId| connection.above.get(id).is_some_and(|step| step.is_folder);
    Ok(asked.iter().copied().filter(|id| is_folder(id) && comes_to_the_top(connection, *id)).collect())
}

/// Refuses a parent that is no living folder of the owner.
pub(super) async fn require_parent(
    connection: &mut Connection,
    owner: &UserId,
    parent: Option<NodeId>,
) -> Result<()> {
    let Some(id) = parent else { return Ok(()) };
    let living = living_folders(connection, owner, &HashSet::from([id])).await?;
    if living.contains(&id) { Ok(()) } else { Err(MetadataError::NoSuchParent) }
}

/// The parent, or the top level where it is no living folder any more.
pub(super) async fn parent_or_top(
    connection: &mut Connection,
    owner: &UserId,
    parent: Option<NodeId>,
) -> Result<Option<NodeId>> {
    match require_parent(connection, owner, parent).await {
        Ok(()) => Ok(parent),
        Err(MetadataError::NoSuchParent) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether `folder` is `node` or lies somewhere inside it.
pub(super) async fn is_inside(
    connection: &mut Connection,
    owner: &UserId,
    folder: NodeId,
    node: NodeId,
) -> Result<bool> {
    learn(connection, owner, [folder]).await?;
    let mut at = Some(folder);
    while let Some(id) = at {
        if id == node {
            return Ok(true);
        }
        at = connection.above.get(&id).and_then(|step| step.parent);
    }
    Ok(false)
}
