//! What is left of nodes that are deleted for ever.

use mongodb::bson::{DateTime, Document, Uuid, doc};
use notespot_protocol::{ByteCount, NodeId, UserId};
use serde::Deserialize;

use super::super::collections::Collections;
use super::super::connection::{AT_ONCE, Find};
use super::super::rows::{LinkRow, TombstoneRow, VersionRow};
use super::super::{Connection, Mutation, orphans, rows};
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

/// Of files that had very many versions or links, no more than so many of either go in one transaction, which the
/// server would end after a minute.
const OF_NODES_AT_ONCE: usize = DELETED_AT_ONCE;

/// Deletes these nodes with their versions, in their order, leaving tombstones and orphans; ends their links. How many
/// of them are gone: where versions or links are too many for one transaction, some of those, and the rest stays for
/// the next step.
pub(super) async fn bury(tx: &mut Mutation<'_>, ids: &[NodeId]) -> Result<usize> {
    let owner = tx.owner();
    let mut gone = 0;
    let (mut versions, mut links) = (OF_NODES_AT_ONCE, OF_NODES_AT_ONCE);
    for ids in ids.chunks(AT_ONCE) {
        // Usage counts every version, in the trash too, and in full where it shares its object: what people see
        // of their files adds up, and does not jump when one of two goes.
        let (freed, no_version_is_left) = delete_versions(tx, owner, ids, &mut versions).await?;
        tx.free_bytes(freed);
        if !no_version_is_left || !end_links(tx, ids, &mut links).await? {
            break;
        }
        let these = doc! { "_id": rows::any_of(ids), "owner": &owner.0 };
        tx.delete_many(Collections::nodes, these).await?;
        add_tombstones(tx, ids).await?;
        gone += ids.len();
    }
    tx.above.clear();
    Ok(gone)
}

/// Deletes versions of these nodes, as far as `left` goes: how many bytes that frees, and whether it was all of them.
async fn delete_versions(
    tx: &mut Connection,
    owner: &UserId,
    ids: &[NodeId],
    left: &mut usize,
) -> Result<(ByteCount, bool)> {
    let mut freed: u64 = 0;
    while *left > 0 {
        let filter = doc! { "owner": &owner.0, "node": rows::any_of(ids) };
        let find = Find::new(filter).limit(AT_ONCE).fields(&["object_key", "size"]);
        let found: Vec<GoneVersion> = tx.find_as::<VersionRow, _>(Collections::versions, find).await?;
        if found.is_empty() {
            return Ok((ByteCount(freed), true));
        }
        *left = left.saturating_sub(found.len());
        let these: Vec<_> = found.iter().map(|version| version.id).collect();
        tx.delete_many(Collections::versions, doc! { "_id": { "$in": these }, "owner": &owner.0 }).await?;
        freed += found.iter().map(|version| version.size.unsigned_abs()).sum::<u64>();
        let is_all = found.len() < AT_ONCE;
        let object_keys: Vec<_> = found.into_iter().map(|version| version.object_key).collect();
        orphans::add_unnamed(tx, owner, &object_keys).await?;
        if is_all {
            return Ok((ByteCount(freed), true));
        }
    }
    Ok((ByteCount(freed), false))
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

/// Ends links of nodes that go, as far as `left` goes: whether it was all of them. Each is a change of its own.
async fn end_links(tx: &mut Mutation<'_>, ids: &[NodeId], left: &mut usize) -> Result<bool> {
    let owner = tx.owner();
    let filter = doc! { "owner": &owner.0, "node": rows::any_of(ids), "living": true };
    let find = Find::new(filter).limit(*left + 1).fields(&["_id"]);
    let mut found: Vec<Document> = tx.find_as::<LinkRow, _>(Collections::links, find).await?;
    let is_all = found.len() <= *left;
    found.truncate(*left);
    *left -= found.len();
    if found.is_empty() {
        return Ok(is_all);
    }
    let first = tx.next_revisions(found.len());
    let ending = (first.0..).zip(&found).filter_map(|(revision, link)| {
        let this = doc! { "_id": link.get_str("_id").ok()?, "owner": &owner.0 };
        Some((this, super::super::links::ending(integer(revision), DateTime::now())))
    });
    let ending = ending.collect();
    tx.update_each(Collections::links, ending).await?;
    Ok(is_all)
}
