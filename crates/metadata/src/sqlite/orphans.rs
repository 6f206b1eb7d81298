//! Objects that no record names any more.

use async_trait::async_trait;
use sqlx::Row as _;

use super::{Connection, SqliteMetadata};
use crate::Result;
use crate::orphans::{Orphan, Orphans};

#[async_trait]
impl Orphans for SqliteMetadata {
    async fn orphans(&self, limit: u32) -> Result<Vec<Orphan>> {
        let rows = sqlx::query("SELECT object_key, multipart_id FROM orphans ORDER BY object_key LIMIT ?1")
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Orphan {
                    object_key: row.try_get("object_key")?,
                    multipart_id: row.try_get("multipart_id")?,
                })
            })
            .collect()
    }

    async fn forget_orphan(&self, object_key: &str) -> Result<()> {
        sqlx::query("DELETE FROM orphans WHERE object_key = ?1")
            .bind(object_key)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// Notes an object to remove, in the transaction that takes its last record away.
pub(super) async fn add(
    connection: &mut Connection,
    object_key: &str,
    multipart_id: Option<&str>,
) -> Result<()> {
    sqlx::query("INSERT OR IGNORE INTO orphans (object_key, multipart_id) VALUES (?1, ?2)")
        .bind(object_key)
        .bind(multipart_id)
        .execute(connection)
        .await?;
    Ok(())
}
