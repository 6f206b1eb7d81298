//! Through a tree from its leaves.

use std::collections::{HashMap, VecDeque};

use mongodb::bson::{Uuid, doc};
use notespot_protocol::{NodeId, UserId};
use serde::Deserialize;

use super::super::collections::Collections;
use super::super::connection::{AT_ONCE, Find};
use super::super::{Connection, rows};
use crate::Result;
use crate::stored::FOLDER;

/// Folders whose children are asked for at once, ahead of the walk.
const AHEAD: usize = 200;

#[derive(Deserialize)]
struct ChildRow {
    #[serde(rename = "_id")]
    id: Uuid,
    parent: Option<Uuid>,
    kind: i64,
}

struct Child {
    id: NodeId,
    is_folder: bool,
}

/// A folder that the walk is in, with what it has still to come to there.
struct Inside {
    folder: NodeId,
    rest: VecDeque<Child>,
}

/// The first `at_most` nodes of a folder, itself the last of all, in an order in which whatever lies in a folder
/// comes before it.
///
/// The cost is that of the nodes found and of the way down to the first of them, however wide or deep the tree
/// may be: a round trip for each folder that has folders. Memory: `at_most` children for each level that the walk
/// is in, at the most.
pub(super) async fn deepest_of(
    tx: &mut Connection,
    owner: &UserId,
    root: NodeId,
    at_most: usize,
) -> Result<Vec<NodeId>> {
    let mut found = Vec::new();
    let mut known = HashMap::new();
    let rest = children(tx, owner, &[root], at_most, &mut known).await?;
    let mut way = vec![Inside { folder: root, rest }];
    while found.len() < at_most {
        let Some(Inside { folder, rest }) = way.last_mut() else { break };
        match rest.pop_front() {
            Some(Child { id, is_folder: false }) => found.push(id),
            Some(Child { id, .. }) => {
                let children = if let Some(children) = known.remove(&id) {
                    children
                } else {
                    let ahead = rest.iter().filter(|child| child.is_folder).map(|child| child.id);
                    let asked: Vec<_> = std::iter::once(id).chain(ahead.take(AHEAD)).collect();
                    children(tx, owner, &asked, at_most - found.len(), &mut known).await?
                };
                way.push(Inside { folder: id, rest: children });
            }
            None => {
                found.push(*folder);
                way.pop();
            }
        }
    }
    Ok(found)
}

/// The children of the first folder, as many as there is room for; of the others, all that came with them becomes
/// known.
async fn children(
    tx: &mut Connection,
    owner: &UserId,
    folders: &[NodeId],
    room: usize,
    known: &mut HashMap<NodeId, VecDeque<Child>>,
) -> Result<VecDeque<Child>> {
    let Some((first, others)) = folders.split_first() else { return Ok(VecDeque::new()) };
    let most = room.max(AT_ONCE);
    let (mut of_folders, cut_at) = read(tx, owner, folders, most).await?;
    for folder in others {
        // What lies behind the cut is not known, nor whether all of that folder came.
        if cut_at.is_none_or(|cut_at| *folder < cut_at) {
            known.insert(*folder, of_folders.remove(folder).unwrap_or_default());
        }
    }
    if cut_at.is_none_or(|cut_at| *first < cut_at || folders.len() == 1) {
        return Ok(of_folders.remove(first).unwrap_or_default());
    }
    let (mut alone, _) = read(tx, owner, &[*first], most).await?;
    Ok(alone.remove(first).unwrap_or_default())
}

/// The first `most` children of these folders, in the order of the folders' ids; and of which folder the last one
/// is, where there may be more.
async fn read(
    tx: &mut Connection,
    owner: &UserId,
    folders: &[NodeId],
    most: usize,
) -> Result<(HashMap<NodeId, VecDeque<Child>>, Option<NodeId>)> {
    let filter = doc! { "owner": &owner.0, "parent": rows::any_of(folders) };
    let sort = doc! { "parent": 1, "_id": 1 };
    let find = Find::new(filter).sort(sort).limit(most).fields(&["parent", "kind"]);
    let found: Vec<ChildRow> = tx.find_as(Collections::nodes, find).await?;
    let is_cut = found.len() == most;
    let mut of_folders: HashMap<NodeId, VecDeque<Child>> = HashMap::new();
    let mut last = None;
    for ChildRow { id, parent, kind } in found {
        let Some(parent) = parent.map(|parent| NodeId(rows::uuid(parent))) else { continue };
        last = Some(parent);
        let child = Child { id: NodeId(rows::uuid(id)), is_folder: kind == FOLDER };
        of_folders.entry(parent).or_default().push_back(child);
    }
    Ok((of_folders, last.filter(|_| is_cut)))
}
