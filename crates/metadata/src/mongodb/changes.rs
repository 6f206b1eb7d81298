//! The change feed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mongodb::bson::doc;
use notespot_protocol::{ChangesQuery, NodeId, Revision, Timestamp, UserId};

use super::collections::Collections;
use super::connection::{Connection, Find};
use super::rows::{LinkRow, TombstoneRow, UserRow};
use super::{MongoMetadata, retried, rows};
use crate::Result;
use crate::changes::page::{self, ChangedNodes, FORGOTTEN_AT_ONCE};
use crate::changes::{Changes, StoredChange, StoredChanges};
use crate::listeners::Listening;
use crate::stored::integer;

/// Nodes that are read by one command.
const READ_AT_ONCE: usize = 500;

#[async_trait]
impl Changes for MongoMetadata {
    async fn changes(&self, owner: &UserId, query: &ChangesQuery) -> Result<StoredChanges> {
        let mut page = retried!(tx = self.transaction(); read(&mut tx, owner, query))?;
        let links = page.changes.iter_mut().filter_map(|change| match change {
            StoredChange::Link(link) => Some(link),
            _ => None,
        });
        self.add_counts(owner, links).await?;
        Ok(page)
    }

    fn listen(&self, owner: &UserId) -> Listening {
        self.watch.start();
        self.listeners.listen(owner)
    }

    async fn forget_tombstones(&self, before: Timestamp) -> Result<usize> {
        let find = Find::new(doc! { "deleted_at": { "$lt": rows::time(before) } })
            .sort(doc! { "deleted_at": 1 })
            .limit(FORGOTTEN_AT_ONCE as usize);
        let old: Vec<TombstoneRow> = self.reader().find(Collections::tombstones, find).await?;
        let forgotten = old.len();
        let mut of_owners: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for row in old {
            of_owners.entry(row.owner).or_default().push(row.revision);
        }
        for (owner, revisions) in of_owners {
            retried!(tx = self.transaction(); forget(&mut tx, &owner, &revisions))?;
        }
        Ok(forgotten)
    }
}

async fn read(snapshot: &mut Connection, owner: &UserId, query: &ChangesQuery) -> Result<StoredChanges> {
    let limit = page::limit(query);
    let since = query.since;
    let user = snapshot.find_one(Collections::users, UserRow::named(owner)).await?.unwrap_or_default();
    let (newest, horizon) = (Revision(rows::count(user.revision)?), Revision(rows::count(user.horizon)?));
    let heard_of = page::heard_of(query, newest, horizon)?;

    // Each of the three gives its first `limit`: among them are the first `limit` of all.
    let found = nodes(snapshot, owner, since, limit).await?;
    let mut others = changed_links(snapshot, owner, since, limit).await?;
    others.extend(tombstones(snapshot, owner, since.max(heard_of), limit).await?);
    Ok(found.page(others, query, newest))
}

/// In the owner's order, what came after `since`.
fn after(owner: &UserId, since: Revision, how_many: usize) -> Find {
    let filter = doc! { "owner": &owner.0, "revision": { "$gt": integer(since.0) } };
    Find::new(filter).sort(doc! { "revision": 1 }).limit(how_many)
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
        let found = snapshot.find(Collections::nodes, after(owner, nodes.reached(), wanted)).await?;
        let is_all = found.len() < wanted;
        for row in found {
            if !nodes.takes(row.node()?) {
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
    let found = snapshot.find(Collections::links, after(owner, since, limit + 1)).await?;
    found.into_iter().map(|row: LinkRow| Ok(StoredChange::Link(row.link()?))).collect()
}

async fn tombstones(
    snapshot: &mut Connection,
    owner: &UserId,
    since: Revision,
    limit: usize,
) -> Result<Vec<StoredChange>> {
    let found = snapshot.find(Collections::tombstones, after(owner, since, limit + 1)).await?;
    let gone = |row: TombstoneRow| {
        let revision = Revision(rows::count(row.revision)?);
        Ok(StoredChange::NodeDeleted { id: NodeId(rows::uuid(row.node)), revision })
    };
    found.into_iter().map(gone).collect()
}

/// Forgets tombstones of one owner, and that histories from below them have a gap now.
async fn forget(tx: &mut Connection, owner: &str, revisions: &[i64]) -> Result<()> {
    let gap = doc! { "$max": { "horizon": revisions.iter().copied().max() } };
    tx.update_one(Collections::users, doc! { "_id": owner }, gap).await?;
    let these = doc! { "owner": owner, "revision": { "$in": revisions } };
    tx.delete_many(Collections::tombstones, these).await.map(drop)
}
