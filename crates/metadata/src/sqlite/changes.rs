//! The change feed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notespot_protocol::{ChangesQuery, Node, NodeId, Revision, Timestamp, UserId};
use sqlx::{QueryBuilder, Row as _};

use super::packed::{self, PackedNode};
use super::{Connection, SqliteMetadata, links, rows};
use crate::changes::{Changes, StoredChange, StoredChanges};
use crate::listeners::Listening;
use crate::{MetadataError, Result};

const PAGE_DEFAULT: u32 = 500;
const PAGE_MAX: u32 = 5_000;
/// What a page may hold of names, descriptions and tags: with all that is around them, and escaped as JSON, it
/// stays below what clients read (32 MiB).
const TEXT_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Nodes that are read in one statement.
const READ_AT_ONCE: usize = 500;
/// Tombstones that are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u32 = 1000;

#[async_trait]
impl Changes for SqliteMetadata {
    async fn changes(&self, owner: &UserId, query: &ChangesQuery) -> Result<StoredChanges> {
        let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize;
        let since = query.since;
        let mut snapshot = self.snapshot().await?;
        let (newest, horizon) = owner_s_history(&mut snapshot, owner).await?;
        let heard_of = match query.filling_since {
            // Who holds nothing has nothing to forget.
            None if since == Revision::ZERO => newest,
            None => since,
            Some(filling_since) => filling_since,
        };
        if heard_of < horizon {
            return Err(MetadataError::ChangesExpired);
        }

        // Each of the three gives its first `limit`: among them are the first `limit` of all.
        let found = nodes(&mut snapshot, owner, since, limit).await?;
        let mut changes = found.changes;
        let whole = changes.len();
        changes.extend(changed_links(&mut snapshot, owner, since, limit).await?);
        changes.extend(tombstones(&mut snapshot, owner, since.max(heard_of), limit).await?);
        if changes.len() > whole {
            changes.sort_unstable_by_key(StoredChange::revision);
        }
        if let Some(cut_after) = found.cut_after {
            changes.truncate(changes.partition_point(|change| change.revision() <= cut_after));
        }
        let more = changes.len() > limit || found.cut_after.is_some();
        changes.truncate(limit);
        let revision = match changes.last() {
            Some(last) if more => last.revision(),
            _ => newest.max(since),
        };
        Ok(StoredChanges { changes, revision, newest, more })
    }

    fn listen(&self, owner: &UserId) -> Listening {
        self.listeners.listen(owner)
    }

    async fn forget_tombstones(&self, before: Timestamp) -> Result<usize> {
        let mut tx = self.write().await?;
        let old = sqlx::query(
            "SELECT owner, revision FROM tombstones WHERE deleted_at < ?1 ORDER BY deleted_at LIMIT ?2",
        )
        .bind(before.as_millis())
        .bind(FORGOTTEN_AT_ONCE)
        .fetch_all(&mut *tx)
        .await?;
        let mut of_owners: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for row in &old {
            of_owners.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
        }
        for (owner, revisions) in &of_owners {
            forget(&mut tx, owner, revisions).await?;
        }
        tx.commit().await?;
        Ok(old.len())
    }
}

/// The owner's newest revision, and the highest one of a tombstone that was forgotten.
async fn owner_s_history(snapshot: &mut Connection, owner: &UserId) -> Result<(Revision, Revision)> {
    let row = sqlx::query("SELECT revision, horizon FROM users WHERE id = ?1")
        .bind(&owner.0)
        .fetch_optional(snapshot)
        .await?;
    let Some(row) = row else { return Ok((Revision::ZERO, Revision::ZERO)) };
    Ok((Revision(rows::count(&row, 0)?), Revision(rows::count(&row, 1)?)))
}

struct Nodes {
    changes: Vec<StoredChange>,
    /// Where the page has to end, because it has as much text as it may: there is more behind it.
    cut_after: Option<Revision>,
}

/// Read in pieces, so that little is held that the page has no room for.
async fn nodes(snapshot: &mut Connection, owner: &UserId, since: Revision, limit: usize) -> Result<Nodes> {
    let mut changes = Vec::new();
    let mut text_bytes = 0;
    let mut reached = since;
    loop {
        let wanted = (limit + 1 - changes.len()).min(READ_AT_ONCE);
        let mut select = packed::select();
        select.push("WHERE n.owner = ").push_bind(&owner.0);
        select.push(" AND n.revision > ").push_bind(rows::integer(reached.0));
        select.push(" ORDER BY n.revision LIMIT ").push_bind(rows::integer(wanted as u64));
        let found = packed::nodes(snapshot, select).await?;
        let is_all = found.len() < wanted;
        for PackedNode { node, .. } in found {
            text_bytes += text_of(&node);
            reached = node.revision;
            changes.push(StoredChange::Node(Box::new(node)));
            if text_bytes > TEXT_MAX_BYTES {
                return Ok(Nodes { changes, cut_after: Some(reached) });
            }
        }
        if is_all || changes.len() > limit {
            return Ok(Nodes { changes, cut_after: None });
        }
    }
}

fn text_of(node: &Node) -> usize {
    let tags: usize = node.tags.iter().map(String::len).sum();
    node.name.as_str().len() + node.description.len() + tags
}

async fn changed_links(
    snapshot: &mut Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<Vec<StoredChange>> {
    let found =
        sqlx::query("SELECT * FROM links WHERE owner = ?1 AND revision > ?2 ORDER BY revision LIMIT ?3")
            .bind(&owner.0)
            .bind(rows::integer(since.0))
            .bind(one_more(limit))
            .fetch_all(snapshot)
            .await?;
    found.iter().map(|row| Ok(StoredChange::Link(links::link(row)?))).collect()
}

async fn tombstones(
    snapshot: &mut Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<Vec<StoredChange>> {
    let found = sqlx::query(
        "SELECT node, revision FROM tombstones WHERE owner = ?1 AND revision > ?2 ORDER BY revision LIMIT ?3",
    )
    .bind(&owner.0)
    .bind(rows::integer(since.0))
    .bind(one_more(limit))
    .fetch_all(snapshot)
    .await?;
    found
        .iter()
        .map(|row| {
            let id = NodeId(rows::uuid(row, 0)?);
            Ok(StoredChange::NodeDeleted { id, revision: Revision(rows::count(row, 1)?) })
        })
        .collect()
}

/// One beyond the page tells whether there is more.
fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Forgets some of an owner's tombstones, and that history from below them has a gap now.
async fn forget(tx: &mut Connection, owner: &str, revisions: &[i64]) -> Result<()> {
    let mut delete = QueryBuilder::new("DELETE FROM tombstones WHERE owner = ");
    delete.push_bind(owner).push(" AND revision IN (");
    let mut list = delete.separated(", ");
    for revision in revisions {
        list.push_bind(revision);
    }
    delete.push(")").build().persistent(false).execute(&mut *tx).await?;
    sqlx::query("UPDATE users SET horizon = max(horizon, ?2) WHERE id = ?1")
        .bind(owner)
        .bind(revisions.iter().copied().max())
        .execute(tx)
        .await?;
    Ok(())
}
