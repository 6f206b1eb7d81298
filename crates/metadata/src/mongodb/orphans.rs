//! Objects that no record names any more.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use mongodb::bson::{Bson, DateTime, Document, doc};
use notespot_protocol::{Timestamp, UserId};

use super::collections::Collections;
use super::connection::{AT_ONCE, Connection, Find};
use super::{MongoMetadata, retried, rows};
use crate::Result;
use crate::orphans::{Orphan, Orphans, ends_at};

#[async_trait]
impl Orphans for MongoMetadata {
    async fn orphans(&self, now: Timestamp, limit: u32) -> Result<Vec<Orphan>> {
        let find = Find::new(doc! { "due_at": { "$lte": rows::time(now) } })
            .sort(doc! { "due_at": 1, "_id": 1 })
            .limit(limit as usize);
        let found = self.reader().find(Collections::orphans, find).await?;
        let orphan =
            |row: rows::OrphanRow| Orphan { object_key: row.object_key, multipart_id: row.multipart_id };
        Ok(found.into_iter().map(orphan).collect())
    }

    async fn orphan_removed(&self, now: Timestamp, object_key: &str) -> Result<()> {
        retried!(tx = self.transaction(); removed(&mut tx, now, object_key))
    }

    async fn put_orphan_off(&self, until: Timestamp, object_key: &str) -> Result<()> {
        let later = doc! { "$set": { "due_at": rows::time(until) } };
        self.reader().update_one(Collections::orphans, doc! { "_id": object_key }, later).await.map(drop)
    }
}

async fn removed(tx: &mut Connection, now: Timestamp, object_key: &str) -> Result<()> {
    let Some(orphan) = tx.find_one(Collections::orphans, doc! { "_id": object_key }).await? else {
        return Ok(());
    };
    if orphan.ends_at <= rows::time(now) {
        tx.delete_many(Collections::orphans, doc! { "_id": object_key }).await?;
    } else {
        let again = doc! { "$set": { "due_at": orphan.ends_at } };
        tx.update_one(Collections::orphans, doc! { "_id": object_key }, again).await?;
    }
    Ok(())
}

/// Notes an object to remove, in the transaction that takes its last record away. One that a version names
/// still is none.
pub(super) async fn add(
    tx: &mut Connection,
    owner: &UserId,
    object_key: &str,
    multipart_id: Option<&str>,
) -> Result<()> {
    let named = doc! { "owner": &owner.0, "object_key": object_key };
    if tx.exists(Collections::versions, named).await? {
        return Ok(());
    }
    tx.insert_missing(Collections::orphans, vec![orphan(object_key, multipart_id)]).await
}

/// Notes objects to remove, in the transaction that takes their last records away: those that no version names.
/// Only versions of one owner share an object.
pub(super) async fn add_unnamed(tx: &mut Connection, owner: &UserId, object_keys: &[String]) -> Result<()> {
    let object_keys: Vec<_> =
        object_keys.iter().collect::<BTreeSet<_>>().into_iter().map(String::as_str).collect();
    for some in object_keys.chunks(AT_ONCE) {
        let named = named(tx, owner, some).await?;
        let unnamed = some.iter().filter(|key| !named.contains(**key));
        let orphans: Vec<_> = unnamed.map(|key| orphan(key, None)).collect();
        tx.insert_missing(Collections::orphans, orphans).await?;
    }
    Ok(())
}

/// Those that a version names, each once, however many versions do.
async fn named(tx: &mut Connection, owner: &UserId, object_keys: &[&str]) -> Result<HashSet<String>> {
    let filter = doc! { "owner": &owner.0, "object_key": { "$in": object_keys } };
    let different = tx.different(Collections::versions, filter, "object_key").await?;
    Ok(different.iter().filter_map(Bson::as_str).map(str::to_owned).collect())
}

/// What names it, and what it is made with where it is not there.
fn orphan(object_key: &str, multipart_id: Option<&str>) -> (Document, Document) {
    let now = DateTime::from_millis(0);
    let row = doc! { "multipart_id": multipart_id, "due_at": now, "ends_at": rows::time(ends_at()) };
    (doc! { "_id": object_key }, row)
}
