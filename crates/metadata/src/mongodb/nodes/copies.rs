//! Copies of files, and of folders with everything that lives inside.
//!
//! One transaction for all of one call: at most [`COPIED_MAX`] nodes, a thousand in each command. A server gives
//! a transaction a minute; what does not end by then changes nothing.

use std::collections::HashMap;

use mongodb::bson::{Uuid, doc};
use notespot_protocol::{ByteCount, CopyNode, Node, NodeId, Revision, Timestamp, UserId, VersionId};
use serde::Deserialize;

use super::super::collections::Collections;
use super::super::connection::{AT_ONCE, Find};
use super::super::names::Siblings;
use super::super::rows::{CopyOf, NodeRow, VersionRow};
use super::super::{Connection, Mutation, rows, tree};
use super::{alone, by_client_ref};
use crate::nodes::COPIED_MAX;
use crate::stored::FOLDER;
use crate::{MetadataError, Result};

pub(super) async fn all(tx: &mut Mutation<'_>, copies: &[CopyNode]) -> Result<Vec<Result<Node>>> {
    let mut room = COPIED_MAX;
    let mut made = Vec::with_capacity(copies.len());
    for copy in copies {
        made.push(alone(one(tx, copy, &mut room).await)?);
    }
    Ok(made)
}

/// Refused before anything is written: in a batch, each fails alone. `room` is how many more nodes the copies of
/// this call may come to.
async fn one(tx: &mut Mutation<'_>, copy: &CopyNode, room: &mut usize) -> Result<Node> {
    let owner = tx.owner();
    if let Some(made) = by_client_ref(tx, owner, copy.client_ref).await? {
        return Ok(made);
    }
    let original = tree::row(tx, owner, copy.node).await?.ok_or(MetadataError::NotFound)?;
    if !tree::lives(tx, owner, copy.node).await? {
        return Err(MetadataError::NotFound);
    }
    tree::require_parent(tx, owner, copy.parent).await?;
    if let Some(folder) = copy.parent
        && tree::is_inside(tx, owner, folder, copy.node).await?
    {
        return Err(MetadataError::WouldMakeCycle);
    }
    let (whole, bytes) = planned(tx, owner, &original, copy.parent, *room).await?;
    if bytes > tx.room_beside_uploads() {
        return Err(MetadataError::QuotaExceeded);
    }
    let siblings = Siblings { owner, parent: copy.parent, except: None };
    let original_name = original.clone().node()?.name;
    let name = siblings.free_name(tx, &original_name, copy.on_conflict).await?;

    // From here on nothing is refused any more.
    *room -= whole.len();
    tx.use_bytes(ByteCount(bytes));
    let first = tx.next_revisions(whole.len());
    let now = Timestamp::now();
    let top = CopyOf {
        id: whole.first().map_or(copy.node, |root| root.new),
        parent: copy.parent,
        version: whole.first().and_then(|root| root.version),
        revision: first,
    };
    let id = top.id;
    // The one that was asked for has a name of its own, and the reference.
    let row = original.copied(&top, now).named(&name).made_with(copy.client_ref);
    tx.insert(Collections::nodes, std::slice::from_ref(&row)).await?;
    for (written, some) in whole.chunks(AT_ONCE).enumerate() {
        let first = Revision(first.0 + (written * AT_ONCE) as u64);
        write_some(tx, owner, some, id, first, now).await?;
    }
    row.node()
}

/// One node that is to be.
struct Planned {
    original: NodeId,
    new: NodeId,
    parent: Option<NodeId>,
    /// Of a file.
    version: Option<VersionId>,
}

#[derive(Deserialize)]
struct OriginalRow {
    #[serde(rename = "_id")]
    id: Uuid,
    parent: Option<Uuid>,
    kind: i64,
    size: i64,
}

/// What lives in a tree, its root first and folders before what is in them, and how many bytes that is: a round
/// trip for each level, and for each thousand folders of it.
async fn planned(
    tx: &mut Connection,
    owner: &UserId,
    root: &NodeRow,
    parent: Option<NodeId>,
    at_most: usize,
) -> Result<(Vec<Planned>, u64)> {
    if at_most == 0 {
        return Err(MetadataError::TooLarge);
    }
    let root_id = root.node_id();
    let new_root = NodeId::generate();
    let is_folder = root.kind == FOLDER;
    let version = (!is_folder).then(VersionId::generate);
    let mut whole = vec![Planned { original: root_id, new: new_root, parent, version }];
    let mut bytes = root.size.unsigned_abs();
    let mut level: Vec<(NodeId, NodeId)> = if is_folder { vec![(root_id, new_root)] } else { Vec::new() };
    while !level.is_empty() {
        let mut below = Vec::new();
        for some in level.chunks(AT_ONCE) {
            let new: HashMap<_, _> = some.iter().copied().collect();
            let parents = rows::any_of(some.iter().map(|(original, _)| original));
            let filter = doc! { "owner": &owner.0, "parent": parents, "untrashed": true };
            let left = at_most - whole.len();
            let find = Find::new(filter).limit(left + 1).fields(&["parent", "kind", "size"]);
            let found: Vec<OriginalRow> = tx.find_as::<NodeRow, _>(Collections::nodes, find).await?;
            if found.len() > left {
                return Err(MetadataError::TooLarge);
            }
            for OriginalRow { id, parent, kind, size } in found {
                let copied = NodeId::generate();
                let original = NodeId(rows::uuid(id));
                let parent = parent.and_then(|parent| new.get(&NodeId(rows::uuid(parent))).copied());
                let version = (kind != FOLDER).then(VersionId::generate);
                whole.push(Planned { original, new: copied, parent, version });
                bytes = bytes.saturating_add(size.unsigned_abs());
                if kind == FOLDER {
                    below.push((original, copied));
                }
            }
        }
        level = below;
    }
    Ok((whole, bytes))
}

/// Writes copies, with versions of their own that name the same objects. Names are as free inside as they are in
/// the original. The root is there already.
async fn write_some(
    tx: &mut Connection,
    owner: &UserId,
    some: &[Planned],
    root: NodeId,
    first: Revision,
    now: Timestamp,
) -> Result<()> {
    let ids = rows::ids(some.iter().map(|planned| &planned.original));
    let find = Find::new(doc! { "_id": { "$in": ids }, "owner": &owner.0 }).limit(some.len());
    let found: Vec<NodeRow> = tx.find(Collections::nodes, find).await?;
    let mut originals: HashMap<_, _> = found.into_iter().map(|row| (row.node_id(), row)).collect();
    let mut nodes = Vec::with_capacity(some.len());
    let mut versions = HashMap::new();
    for (revision, planned) in (first.0..).map(Revision).zip(some) {
        let original = originals.remove(&planned.original).ok_or(MetadataError::NotFound)?;
        if let (Some(content), Some(version)) = (&original.content, planned.version) {
            versions.insert(content.version.bytes(), (version, planned.new));
        }
        if planned.new != root {
            let &Planned { new: id, parent, version, .. } = planned;
            nodes.push(original.copied(&CopyOf { id, parent, version, revision }, now));
        }
    }
    tx.insert(Collections::nodes, &nodes).await?;
    write_versions(tx, owner, &versions, now).await
}

/// `copied` has, by what they are copies of, the ids of new versions and of their nodes.
async fn write_versions(
    tx: &mut Connection,
    owner: &UserId,
    copied: &HashMap<[u8; 16], (VersionId, NodeId)>,
    now: Timestamp,
) -> Result<()> {
    let ids: Vec<_> = copied.keys().map(|id| Uuid::from_bytes(*id)).collect();
    let find = Find::new(doc! { "_id": { "$in": ids }, "owner": &owner.0 }).limit(copied.len());
    let originals: Vec<VersionRow> = tx.find(Collections::versions, find).await?;
    let copy = |original: VersionRow| {
        let (version, node) = copied.get(&original.id.bytes())?;
        let (id, node) = (rows::id(version.0), rows::id(node.0));
        Some(VersionRow { id, node, uploaded_at: rows::time(now), ..original })
    };
    let versions: Vec<_> = originals.into_iter().filter_map(copy).collect();
    tx.insert(Collections::versions, &versions).await
}
