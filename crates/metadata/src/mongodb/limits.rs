//! How often something may be done. One document for each that is counted; no transaction: one command looks and
//! takes.

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;
use notespot_protocol::Timestamp;

use super::rows::LimitRow;
use super::{MongoMetadata, failure, rows};
use crate::Result;
use crate::limits::{Allowance, LimitKey, RateLimits, Taken};

#[async_trait]
impl RateLimits for MongoMetadata {
    async fn take(&self, key: LimitKey, wanted: u32, allowance: Allowance, now: Timestamp) -> Result<Taken> {
        let before = match self.take_once(key, wanted, allowance, now).await {
            // Another server made the document in this moment: it is there now.
            Err(error) if failure::is_duplicate(&error) => self.take_once(key, wanted, allowance, now).await,
            before => before,
        }?;
        let running = before.filter(|row| rows::timestamp(row.ends_at) > now);
        let (used, ends_at) = running.map_or((0, allowance.ends_at(now)), |row| {
            (u32::try_from(row.used).unwrap_or(u32::MAX), rows::timestamp(row.ends_at))
        });
        Ok(Taken { granted: allowance.grants(wanted, used), ends_at })
    }

    async fn give_back(&self, key: LimitKey, unused: u32) -> Result<()> {
        let left = doc! { "$max": [0_i64, { "$subtract": ["$used", i64::from(unused)] }] };
        self.at
            .limits()
            .update_one(doc! { "_id": rows::bytes(&key.0) }, vec![doc! { "$set": { "used": left } }])
            .await?;
        Ok(())
    }
}

impl MongoMetadata {
    /// Takes what there is, and tells what was there before: from that it follows what was granted.
    async fn take_once(
        &self,
        key: LimitKey,
        wanted: u32,
        allowance: Allowance,
        now: Timestamp,
    ) -> Result<Option<LimitRow>> {
        let before = self
            .at
            .limits()
            .find_one_and_update(doc! { "_id": rows::bytes(&key.0) }, taking(wanted, allowance, now))
            .upsert(true)
            .return_document(ReturnDocument::Before)
            .await?;
        Ok(before)
    }
}

/// The update: a window that has ended, or is not there, begins anew.
fn taking(wanted: u32, allowance: Allowance, now: Timestamp) -> Vec<Document> {
    // Null is lower than every date.
    let runs = doc! { "$gt": ["$ends_at", rows::time(now)] };
    let used = doc! { "$cond": [runs.clone(), "$used", 0_i64] };
    let granted = doc! { "$min": [i64::from(wanted), { "$max": [0_i64,
        { "$subtract": [i64::from(allowance.most), used.clone()] },
    ] }] };
    let ends_at = doc! { "$cond": [runs, "$ends_at", rows::time(allowance.ends_at(now))] };
    vec![doc! { "$set": { "used": { "$add": [used, granted] }, "ends_at": ends_at } }]
}
