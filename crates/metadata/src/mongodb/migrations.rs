//! Bringing the database up to date.
//!
//! Forward steps, each safe to run twice and beside servers of the version before: they add collections, indexes
//! and fields, and never take away what an earlier version reads. What it may not meet any more raises
//! `oldest`, the earliest version that can still work here. One server migrates at a time; others wait for it.

use std::time::{Duration, Instant};

use mongodb::Collection;
use mongodb::bson::{DateTime, Uuid, doc};
use mongodb::error::Error;
use notespot_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::collections::Collections;
use super::{failure, rows, schema};
use crate::accounts::REFRESH_TOKENS_KEPT;

/// The version that this program makes, and the earliest that can work with what it makes. With 2, links are counted
/// in a collection of their own; servers of version 1 count in the links still, and both are added up. With 3, users are
/// found by their e-mail addresses, and may have quotas of their own, which stand where servers before look too; uploads
/// that have ended are found by their time.
pub(super) const VERSION: i32 = 3;
const OLDEST: i32 = 1;

/// The document that says which schema this is.
const SCHEMA: &str = "schema";
/// A server that is silent for so long while it migrates is taken for dead.
const LEASE: Duration = Duration::from_mins(1);
/// For how long to wait for another server to be done.
const WAIT_FOR: Duration = Duration::from_mins(10);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

pub(super) const NAMESPACE_EXISTS: i32 = 48;
const DUPLICATE_KEY: i32 = 11000;

/// Why the database is not up to date.
pub(super) enum NotMigrated {
    /// A newer version of this program made it, and this one cannot work with it.
    Newer,
    /// A step failed, or another server took too long.
    Failed(Error),
    TookTooLong,
}

impl From<Error> for NotMigrated {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

#[derive(Serialize, Deserialize)]
struct MetaRow {
    #[serde(rename = "_id")]
    id: String,
    version: i32,
    oldest: i32,
    #[serde(default)]
    lease: Option<Lease>,
}

#[derive(Serialize, Deserialize)]
struct Lease {
    holder: Uuid,
    ends_at: DateTime,
}

/// Brings the database up to date, or waits until another server has.
pub(super) async fn run(at: &Collections) -> Result<(), NotMigrated> {
    let meta: Collection<MetaRow> = at.database.collection("meta");
    let began = Instant::now();
    let holder = Uuid::new();
    while !is_up_to_date(&meta).await? {
        if take_lease(&meta, holder).await? {
            // Made here: the last step notes it.
            return steps(at, &meta, holder).await;
        }
        if began.elapsed() > WAIT_FOR {
            return Err(NotMigrated::TookTooLong);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// Which schema is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaFound {
    /// Its version.
    pub version: i32,
    /// The one that this program makes.
    pub made: i32,
    /// Whether this program can work with it.
    pub is_usable: bool,
}

/// The schema that is there; `None` before the first start of a server.
pub(super) async fn found(at: &Collections) -> Result<Option<SchemaFound>, Error> {
    let meta: Collection<MetaRow> = at.database.collection("meta");
    let found = meta.find_one(doc! { "_id": SCHEMA }).await?;
    Ok(found.map(|MetaRow { version, oldest, .. }| SchemaFound {
        version,
        made: VERSION,
        is_usable: oldest <= VERSION,
    }))
}

async fn is_up_to_date(meta: &Collection<MetaRow>) -> Result<bool, NotMigrated> {
    match meta.find_one(doc! { "_id": SCHEMA }).await? {
        Some(row) if row.oldest > VERSION => Err(NotMigrated::Newer),
        Some(row) => Ok(row.version >= VERSION),
        None => Ok(false),
    }
}

/// Whether this server is the one that migrates.
async fn take_lease(meta: &Collection<MetaRow>, holder: Uuid) -> Result<bool, NotMigrated> {
    let lease = doc! { "holder": holder, "ends_at": ends_at() };
    let first = meta
        .update_one(
            doc! { "_id": SCHEMA },
            doc! { "$setOnInsert": { "version": 0, "oldest": 0, "lease": lease.clone() } },
        )
        .upsert(true)
        .await;
    match first {
        Ok(made) if made.upserted_id.is_some() => return Ok(true),
        Err(error) if failure::code(&error) != Some(DUPLICATE_KEY) => return Err(error.into()),
        _ => {}
    }
    // Compared with this machine's clock: steps are safe to run twice.
    let free = doc! { "_id": SCHEMA, "version": { "$lt": VERSION }, "$or": [
        { "lease": { "$exists": false } },
        { "lease.ends_at": { "$lt": DateTime::now() } },
    ] };
    let taken = meta.update_one(free, doc! { "$set": { "lease": lease } }).await?;
    Ok(taken.matched_count > 0)
}

fn ends_at() -> DateTime {
    let now = DateTime::now().timestamp_millis();
    DateTime::from_millis(now.saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX)))
}

async fn steps(at: &Collections, meta: &Collection<MetaRow>, holder: Uuid) -> Result<(), NotMigrated> {
    let mine = doc! { "_id": SCHEMA, "lease.holder": holder };
    for name in Collections::NAMES {
        match at.database.create_collection(*name).await {
            Err(error) if failure::code(&error) != Some(NAMESPACE_EXISTS) => return Err(error.into()),
            _ => {}
        }
        let indexes: Vec<_> = schema::indexes()
            .into_iter()
            .filter(|index| index.collection == *name)
            .map(|index| index.model)
            .collect();
        if !indexes.is_empty() {
            // One that is there already stays.
            at.database.collection::<MetaRow>(name).create_indexes(indexes).await?;
        }
        // An index of many documents takes long.
        meta.update_one(mine.clone(), doc! { "$set": { "lease.ends_at": ends_at() } }).await?;
    }
    // Before version 3 they had no end. Those that an older server beside this one replaces from now on have none either.
    let ends_at = rows::time(Timestamp::now().plus(REFRESH_TOKENS_KEPT));
    let endless = doc! { "replaced": true, "ends_at": { "$exists": false } };
    let ending = doc! { "$set": { "ends_at": ends_at } };
    at.database.collection::<MetaRow>("refresh_tokens").update_many(endless, ending).await?;
    let done = doc! {
        "$max": { "version": VERSION, "oldest": OLDEST },
        "$unset": { "lease": "" },
    };
    meta.update_one(doc! { "_id": SCHEMA }, done).await?;
    Ok(())
}
