//! The change feed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use notespot_protocol::{ChangesQuery, NodeId, Revision, Timestamp, UserId};
use sqlx::{QueryBuilder, Row as _};

use super::reader::{self, Select};
use super::{Connection, SqliteMetadata, links, rows};
use crate::Result;
use crate::changes::page::{self, ChangedNodes, FORGOTTEN_AT_ONCE, one_more};
use crate::changes::{Changes, StoredChange, StoredChanges};
use crate::listeners::Listening;

#[async_trait]
impl Changes for SqliteMetadata {
    async fn changes(&self, owner: &UserId, query: &ChangesQuery) -> Result<StoredChanges> {
        let (owner, query) = (owner.clone(), *query);
        self.quick.page(move |snapshot| changes(snapshot, &owner, &query)).await
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

fn changes(snapshot: &rusqlite::Connection, owner: &UserId, query: &ChangesQuery) -> Result<StoredChanges> {
    let limit = page::limit(query);
    let since = query.since;
    let (newest, horizon) = owner_s_history(snapshot, owner)?;
    let heard_of = page::heard_of(query, newest, horizon)?;

    // Each of the three gives its first `limit`: among them are the first `limit` of all.
    let found = nodes(snapshot, owner, since, limit)?;
    let mut others = changed_links(snapshot, owner, since, limit)?;
    others.extend(tombstones(snapshot, owner, since.max(heard_of), limit)?);
    Ok(found.page(others, query, newest))
}

/// The owner's newest revision, and the highest one of a tombstone that was forgotten.
fn owner_s_history(snapshot: &rusqlite::Connection, owner: &UserId) -> Result<(Revision, Revision)> {
    let mut statement = reader::statement(snapshot, "SELECT revision, horizon FROM users WHERE id = ?1")?;
    let mut found = statement.query([&owner.0])?;
    let Some(row) = found.next()? else { return Ok((Revision::ZERO, Revision::ZERO)) };
    Ok((reader::revision(row, 0)?, reader::revision(row, 1)?))
}

fn nodes(
    snapshot: &rusqlite::Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<ChangedNodes> {
    let mut nodes = ChangedNodes::since(since);
    let mut select = Select::new(rows::NODES);
    select.push("WHERE n.owner = ").bind(owner.0.clone());
    select.push(" AND n.revision > ").bind(rows::integer(since.0));
    select.push(" ORDER BY n.revision LIMIT ").bind(one_more(limit));
    select.each(snapshot, |row| Ok(nodes.takes(reader::node(row)?)))?;
    Ok(nodes)
}

fn changed_links(
    snapshot: &rusqlite::Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<Vec<StoredChange>> {
    let mut found = Vec::new();
    let mut select = Select::new(links::LINKS);
    select.push("WHERE owner = ").bind(owner.0.clone()).push(" AND revision > ").bind(rows::integer(since.0));
    select.push(" ORDER BY revision LIMIT ").bind(one_more(limit));
    select.each(snapshot, |row| {
        found.push(StoredChange::Link(reader::link(row)?));
        Ok(true)
    })?;
    Ok(found)
}

fn tombstones(
    snapshot: &rusqlite::Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<Vec<StoredChange>> {
    let mut found = Vec::new();
    let mut select = Select::new("SELECT node, revision FROM tombstones ");
    select.push("WHERE owner = ").bind(owner.0.clone()).push(" AND revision > ").bind(rows::integer(since.0));
    select.push(" ORDER BY revision LIMIT ").bind(one_more(limit));
    select.each(snapshot, |row| {
        let (id, revision) = (NodeId(reader::uuid(row, 0)?), reader::revision(row, 1)?);
        found.push(StoredChange::NodeDeleted { id, revision });
        Ok(true)
    })?;
    Ok(found)
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
