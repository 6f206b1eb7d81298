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

/// A document that is not there is made, and may have ended before it is written to.
const TRIES: usize = 4;

#[async_trait]
impl RateLimits for MongoMetadata {
    async fn take(&self, key: LimitKey, wanted: u32, allowance: Allowance, now: Timestamp) -> Result<Taken> {
        let update = taking(wanted, allowance, now);
        for _ in 0..TRIES {
            let of_key = doc! { "_id": rows::bytes(&key.0) };
            let after = self.at.limits().find_one_and_update(of_key, update.clone());
            if let Some(row) = after.return_document(ReturnDocument::After).await? {
                let granted = u32::try_from(row.granted).unwrap_or_default();
                return Ok(Taken { granted, ends_at: rows::timestamp(row.ends_at) });
            }
            // Not by an upsert: of those that race, one does what the others then have to do again.
            let made = self.at.limits().insert_one(LimitRow::fresh(key, allowance.ends_at(now))).await;
            match made.map_err(Into::into) {
                Err(error) if !failure::is_duplicate(&error) => return Err(error),
                _ => {}
            }
        }
        Err(failure::gone("a rate limit"))
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

/// The update: a window that has ended begins anew. What was granted is noted for whoever reads the document as
/// this very update left it.
fn taking(wanted: u32, allowance: Allowance, now: Timestamp) -> Vec<Document> {
    let runs = doc! { "$gt": ["$ends_at", rows::time(now)] };
    let used = doc! { "$cond": [runs.clone(), "$used", 0_i64] };
    let granted = doc! { "$min": [i64::from(wanted), { "$max": [0_i64,
        { "$subtract": [i64::from(allowance.most), used.clone()] },
    ] }] };
    let ends_at = doc! { "$cond": [runs, "$ends_at", rows::time(allowance.ends_at(now))] };
    vec![
        doc! { "$set": { "used": { "$add": [used, granted.clone()] }, "granted": granted, "ends_at": ends_at } },
    ]
}
