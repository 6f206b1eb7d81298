//! What was told by webhook.

use async_trait::async_trait;
use mongodb::bson::doc;
use notespot_protocol::{Timestamp, UserId};

use super::collections::Collections;
use super::{MongoMetadata, failure, rows};
use crate::Result;
use crate::webhooks::Webhooks;

#[async_trait]
impl Webhooks for MongoMetadata {
    async fn knows_webhook(&self, id: &str) -> Result<bool> {
        self.reader().exists(Collections::webhooks, doc! { "_id": id }).await
    }

    async fn note_webhook(&self, id: &str, at: Timestamp) -> Result<()> {
        let note = doc! { "$setOnInsert": { "noted_at": rows::time(at) } };
        let noted = self.at.webhooks().update_one(doc! { "_id": id }, note).upsert(true).await;
        match noted.map_err(Into::into) {
            // Another server noted it in this moment.
            Err(error) if failure::is_duplicate(&error) => Ok(()),
            noted => noted.map(drop),
        }
    }

    async fn sweep_webhooks(&self, noted_before: Timestamp, now: Timestamp) -> Result<()> {
        let mut reader = self.reader();
        let noted = doc! { "noted_at": { "$lt": rows::time(noted_before) } };
        reader.delete_many(Collections::webhooks, noted).await?;
        let ended = doc! { "ends_at": { "$lte": rows::time(now) } };
        reader.delete_many(Collections::barred_users, ended).await?;
        Ok(())
    }
}

impl MongoMetadata {
    /// Whether the identity provider has deleted this user lately.
    pub(super) async fn is_barred(&self, user: &UserId) -> Result<bool> {
        let barred = doc! { "_id": &user.0, "ends_at": { "$gt": rows::time(Timestamp::now()) } };
        self.reader().exists(Collections::barred_users, barred).await
    }
}
