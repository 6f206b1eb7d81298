//! What was told by webhook.

use async_trait::async_trait;
use notespot_protocol::Timestamp;

use super::SqliteMetadata;
use crate::Result;
use crate::webhooks::Webhooks;

#[async_trait]
impl Webhooks for SqliteMetadata {
    async fn knows_webhook(&self, id: &str) -> Result<bool> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM webhooks WHERE id = ?1)")
            .bind(id)
            .fetch_one(&self.readers)
            .await?)
    }

    async fn note_webhook(&self, id: &str, at: Timestamp) -> Result<()> {
        sqlx::query("INSERT INTO webhooks (id, noted_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")
            .bind(id)
            .bind(at.as_millis())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn sweep_webhooks(&self, noted_before: Timestamp, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM webhooks WHERE noted_at < ?1")
            .bind(noted_before.as_millis())
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM barred_users WHERE ends_at <= ?1")
            .bind(now.as_millis())
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }
}
