//! The change feed.

use async_trait::async_trait;
use notespot_protocol::{NodeId, Revision, UserId};

use super::{Connection, SqliteMetadata, links, rows};
use crate::Result;
use crate::changes::{Changes, StoredChange, StoredChanges};

const PAGE_MAX: u32 = 1000;

#[async_trait]
impl Changes for SqliteMetadata {
    async fn changes(&self, owner: &UserId, since: Revision, limit: u32) -> Result<StoredChanges> {
        let limit = limit.clamp(1, PAGE_MAX) as usize;
        let mut snapshot = self.snapshot().await?;
        let newest: Option<i64> = sqlx::query_scalar("SELECT revision FROM users WHERE id = ?1")
            .bind(&owner.0)
            .fetch_optional(&mut *snapshot)
            .await?;
        let newest = Revision(newest.unwrap_or_default().unsigned_abs());

        // Each of the three gives its first `limit`: among them are the first `limit` of all.
        let mut changes = nodes(&mut snapshot, owner, since, limit).await?;
        changes.extend(changed_links(&mut snapshot, owner, since, limit).await?);
        changes.extend(tombstones(&mut snapshot, owner, since, limit).await?);
        changes.sort_unstable_by_key(StoredChange::revision);
        let more = changes.len() > limit;
        changes.truncate(limit);
        let revision = match changes.last() {
            Some(last) if more => last.revision(),
            _ => newest.max(since),
        };
        Ok(StoredChanges { changes, revision, more })
    }
}

async fn nodes(
    snapshot: &mut Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<Vec<StoredChange>> {
    let found = sqlx::QueryBuilder::new(rows::NODES)
        .push("WHERE n.owner = ")
        .push_bind(&owner.0)
        .push(" AND n.revision > ")
        .push_bind(rows::integer(since.0))
        .push(" ORDER BY n.revision LIMIT ")
        .push_bind(one_more(limit))
        .build()
        .fetch_all(snapshot)
        .await?;
    found.iter().map(|row| Ok(StoredChange::Node(Box::new(rows::node(row)?)))).collect()
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
            let id = NodeId(rows::uuid(row, "node")?);
            Ok(StoredChange::NodeDeleted { id, revision: Revision(rows::count(row, "revision")?) })
        })
        .collect()
}

/// One beyond the page tells whether there is more.
fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}
