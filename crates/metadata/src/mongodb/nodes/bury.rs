//! What is left of nodes that are deleted for ever.

use mongodb::bson::{DateTime, Document, Uuid, doc};
use notespot_protocol::{ByteCount, NodeId, UserId};
use serde::Deserialize;

use super::super::collections::Collections;
use super::super::connection::{AT_ONCE, Find};
use super::super::rows::{LinkRow, TombstoneRow, VersionRow};
use super::super::{Mutation, orphans, rows, tree};
use crate::Result;
use crate::nodes::DELETED_AT_ONCE;
use crate::stored::integer;

#[derive(Deserialize)]
struct GoneVersion {
    #[serde(rename = "_id")]
    id: Uuid,
    object_key: String,
    size: i64,
}

/// Of files that had very many versions or links, no more than so many of both together go in one transaction, which
/// the server would end after a minute.
const OF_NODES_AT_ONCE: usize = DELETED_AT_ONCE;

/// Deletes these nodes with their versions, in their order, leaving tombstones and orphans; ends their links. How many
/// of them are gone: the rest stays as it is for the next step, but for a file with more than goes at once, which loses
/// what it had before its content of now.
pub(super) async fn bury(tx: &mut Mutation<'_>, ids: &[NodeId]) -> Result<usize> {
    let (mut gone, mut left) = (0, OF_NODES_AT_ONCE);
    while gone < ids.len() {
        let next = &ids[gone..ids.len().min(gone + AT_ONCE)];
        let some = fitting(tx, next, left).await?;
        if some.is_empty() {
            if left == OF_NODES_AT_ONCE {
                thin_out(tx, next[0]).await?;
            }
            break;
        }
        left -= bury_all(tx, some).await?;
        gone += some.len();
    }
    tx.above.clear();
    Ok(gone)
}

/// As many of the first of these as do not have more than `left` versions and links.
async fn fitting<'a>(tx: &mut Mutation<'_>, ids: &'a [NodeId], left: usize) -> Result<&'a [NodeId]> {
    let owner = tx.owner();
    let mut some = ids;
    while !some.is_empty() {
        let of_them = |filter| Find::new(filter).limit(left + 1).fields(&["_id"]);
        let versions: Vec<Document> =
            tx.find_as::<VersionRow, _>(Collections::versions, of_them(of_nodes(owner, some))).await?;
        let links: Vec<Document> =
            tx.find_as::<LinkRow, _>(Collections::links, of_them(living_links(owner, some))).await?;
        if versions.len() + links.len() <= left {
            break;
        }
        some = &some[..some.len() / 2];
    }
    Ok(some)
}

/// How many versions and links that were.
async fn bury_all(tx: &mut Mutation<'_>, ids: &[NodeId]) -> Result<usize> {
    let owner = tx.owner();
    let mut taken = 0;
    loop {
        let some = delete_versions(tx, of_nodes(owner, ids), AT_ONCE).await?;
        taken += some;
        if some < AT_ONCE {
            break;
        }
    }
    let these = doc! { "_id": rows::any_of(ids), "owner": &owner.0 };
    tx.delete_many(Collections::nodes, these).await?;
    add_tombstones(tx, ids).await?;
    Ok(taken + end_links(tx, ids, OF_NODES_AT_ONCE).await?)
}

/// Takes some of what a file has too much of. What it holds now stays with it: it may come back from the trash.
async fn thin_out(tx: &mut Mutation<'_>, id: NodeId) -> Result<()> {
    let owner = tx.owner();
    let now = tree::node(tx, owner, id).await?.content.map(|content| rows::id(content.version.0));
    let mut left = OF_NODES_AT_ONCE;
    while left > 0 {
        let mut earlier = of_nodes(owner, &[id]);
        earlier.insert("_id", doc! { "$ne": now });
        let some = delete_versions(tx, earlier, left.min(AT_ONCE)).await?;
        left -= some;
        if some < AT_ONCE {
            break;
        }
    }
    end_links(tx, &[id], left).await.map(drop)
}

fn of_nodes(owner: &UserId, ids: &[NodeId]) -> Document {
    doc! { "owner": &owner.0, "node": rows::any_of(ids) }
}

fn living_links(owner: &UserId, ids: &[NodeId]) -> Document {
    doc! { "owner": &owner.0, "node": rows::any_of(ids), "living": true }
}

/// Deletes some of these versions: how many.
async fn delete_versions(tx: &mut Mutation<'_>, these: Document, at_most: usize) -> Result<usize> {
    let owner = tx.owner();
    let find = Find::new(these).limit(at_most).fields(&["object_key", "size"]);
    let found: Vec<GoneVersion> = tx.find_as::<VersionRow, _>(Collections::versions, find).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let ids: Vec<_> = found.iter().map(|version| version.id).collect();
    tx.delete_many(Collections::versions, doc! { "_id": { "$in": ids }, "owner": &owner.0 }).await?;
    // Usage counts every version, in the trash too, and in full where it shares its object: what people see of their
    // files adds up, and does not jump when one of two goes.
    tx.free_bytes(ByteCount(found.iter().map(|version| version.size.unsigned_abs()).sum()));
    let object_keys: Vec<_> = found.iter().map(|version| version.object_key.clone()).collect();
    orphans::add_unnamed(tx, owner, &object_keys).await?;
    Ok(found.len())
}

async fn add_tombstones(tx: &mut Mutation<'_>, ids: &[NodeId]) -> Result<()> {
    let first = tx.next_revisions(ids.len());
    let owner = &tx.owner().0;
    let tombstone = |(revision, id): (u64, &NodeId)| TombstoneRow {
        owner: owner.clone(),
        revision: integer(revision),
        node: rows::id(id.0),
        deleted_at: DateTime::now(),
    };
    let tombstones: Vec<_> = (first.0..).zip(ids).map(tombstone).collect();
    tx.insert(Collections::tombstones, &tombstones).await
}

/// Ends links of nodes that go, as far as `at_most` goes: how many. Each is a change of its own.
async fn end_links(tx: &mut Mutation<'_>, ids: &[NodeId], at_most: usize) -> Result<usize> {
    let owner = tx.owner();
    let find = Find::new(living_links(owner, ids)).limit(at_most).fields(&["_id"]);
    let found: Vec<Document> = tx.find_as::<LinkRow, _>(Collections::links, find).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let first = tx.next_revisions(found.len());
    let ending = (first.0..).zip(&found).filter_map(|(revision, link)| {
        let this = doc! { "_id": link.get_str("_id").ok()?, "owner": &owner.0 };
        Some((this, super::super::links::ending(integer(revision), DateTime::now())))
    });
    let ending = ending.collect();
    tx.update_each(Collections::links, ending).await?;
    Ok(found.len())
}
