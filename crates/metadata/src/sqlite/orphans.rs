//! Objects that no record names any more.

use async_trait::async_trait;
use notespot_protocol::Timestamp;
use sqlx::{QueryBuilder, Row as _};

use super::{Connection, SqliteMetadata};
use crate::Result;
pub(super) use crate::orphans::ends_at;
use crate::orphans::{Orphan, Orphans};

#[async_trait]
impl Orphans for SqliteMetadata {
    async fn orphans(&self, now: Timestamp, limit: u32) -> Result<Vec<Orphan>> {
        let rows = sqlx::query(
            "SELECT object_key, multipart_id FROM orphans WHERE due_at <= ?1 ORDER BY due_at, object_key LIMIT ?2",
        )
        .bind(now.as_millis())
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

    async fn orphan_removed(&self, now: Timestamp, object_key: &str) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM orphans WHERE object_key = ?1 AND ends_at <= ?2")
            .bind(object_key)
            .bind(now.as_millis())
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE orphans SET due_at = ends_at WHERE object_key = ?1")
            .bind(object_key)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn put_orphan_off(&self, until: Timestamp, object_key: &str) -> Result<()> {
        sqlx::query("UPDATE orphans SET due_at = ?2 WHERE object_key = ?1")
            .bind(object_key)
            .bind(until.as_millis())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// Notes an object to remove, in the transaction that takes its last record away. One that a version names
/// still is none.
pub(super) async fn add(
    connection: &mut Connection,
    object_key: &str,
    multipart_id: Option<&str>,
) -> Result<()> {
    sqlx::query(
        "INSERT OR IGNORE INTO orphans (object_key, multipart_id, due_at, ends_at) SELECT ?1, ?2, 0, ?3 \
         WHERE NOT EXISTS (SELECT 1 FROM versions WHERE object_key = ?1)",
    )
    .bind(object_key)
    .bind(multipart_id)
    .bind(ends_at().as_millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes objects to remove, in the transaction that takes their last records away: those that no version names.
pub(super) async fn add_unnamed(tx: &mut Connection, object_keys: &[String]) -> Result<()> {
    if object_keys.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new("WITH gone (object_key) AS (");
    insert.push_values(object_keys, |mut row, object_key| {
        row.push_bind(object_key);
    });
    insert
        .push(") INSERT OR IGNORE INTO orphans (object_key, due_at, ends_at) SELECT object_key, 0, ")
        .push_bind(ends_at().as_millis())
        .push(
            " FROM gone WHERE NOT EXISTS (SELECT 1 FROM versions WHERE versions.object_key = gone.object_key)",
        );
    insert.build().persistent(false).execute(tx).await?;
    Ok(())
}
