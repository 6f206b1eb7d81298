//! The change feed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notespot_protocol::{ChangesQuery, NodeId, Revision, Timestamp, UserId};
use sqlx::{QueryBuilder, Row as _};

use super::packed::{self, PackedNode};
use super::{Connection, SqliteMetadata, links, rows};
use crate::Result;
use crate::changes::page::{self, ChangedNodes, FORGOTTEN_AT_ONCE, one_more};
use crate::changes::{Changes, StoredChange, StoredChanges};
use crate::listeners::Listening;

/// Nodes that are read in one statement.
const READ_AT_ONCE: usize = 500;

#[async_trait]
impl Changes for SqliteMetadata {
    async fn changes(&self, owner: &UserId, query: &ChangesQuery) -> Result<StoredChanges> {
        let limit = page::limit(query);
        let since = query.since;
        let mut snapshot = self.snapshot().await?;
        let (newest, horizon) = owner_s_history(&mut snapshot, owner).await?;
        let heard_of = page::heard_of(query, newest, horizon)?;

        // Each of the three gives its first `limit`: among them are the first `limit` of all.
        let found = nodes(&mut snapshot, owner, since, limit).await?;
        let mut others = changed_links(&mut snapshot, owner, since, limit).await?;
        others.extend(tombstones(&mut snapshot, owner, since.max(heard_of), limit).await?);
        Ok(found.page(others, query, newest))
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

/// Read in pieces, so that little is held that the page has no room for.
async fn nodes(
    snapshot: &mut Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<ChangedNodes> {
    let mut nodes = ChangedNodes::since(since);
    loop {
        let wanted = (limit + 1 - nodes.len()).min(READ_AT_ONCE);
        let mut select = packed::select();
        select.push("WHERE n.owner = ").push_bind(&owner.0);
        select.push(" AND n.revision > ").push_bind(rows::integer(nodes.reached().0));
        select.push(" ORDER BY n.revision LIMIT ").push_bind(rows::integer(wanted as u64));
        let found = packed::nodes(snapshot, select).await?;
        let is_all = found.len() < wanted;
        for PackedNode { node, .. } in found {
            if !nodes.takes(node) {
                return Ok(nodes);
            }
        }
        if is_all || nodes.len() > limit {
            return Ok(nodes);
        }
    }
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
