//! Uploads, up to the moment in which they become files.

mod announced;
mod begin;
mod dedupe;
mod publish;
mod tally;

use std::collections::HashMap;

use async_trait::async_trait;
use notespot_protocol::{
    ByteCount, Checksum, ClientRef, Node, NodeId, OnConflict, Sha256, Timestamp, UploadId, UploadState,
    UserId, VersionId,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _};

use super::{Connection, SqliteMetadata, alone, orphans, rows};
use crate::stored::from_word;
use crate::uploads::arrived::Arrived;
use crate::uploads::{Answered, Destination, Proven, Sent, StoredChallenge, StoredUpload, Uploads, Wanted};
use crate::{MetadataError, Result};

/// Others wait for no longer than it takes to forget so many.
const FORGOTTEN_AT_ONCE: u32 = 1_000;

#[async_trait]
impl Uploads for SqliteMetadata {
    async fn upload_by_ref(&self, owner: &UserId, client_ref: ClientRef) -> Result<Option<StoredUpload>> {
        let mut reader = self.readers.acquire().await?;
        by_ref(&mut reader, owner, client_ref).await
    }

    async fn begin_uploads(
        &self,
        owner: &UserId,
        planned: &[(Wanted, Destination)],
    ) -> Result<Vec<Result<StoredUpload>>> {
        let mut tx = self.change(owner).await?;
        let begun = begin::all(&mut tx, planned).await?;
        tx.commit().await?;
        Ok(begun)
    }

    async fn uploads(&self, owner: &UserId, ids: &[UploadId]) -> Result<Vec<Result<StoredUpload>>> {
        let mut reader = self.readers.acquire().await?;
        let found = by_ids(&mut reader, owner, ids).await?;
        Ok(ids.iter().map(|id| found.get(id).cloned().ok_or(MetadataError::NotFound)).collect())
    }

    async fn announce_parts(&self, owner: &UserId, id: UploadId, parts: &[(u32, Checksum)]) -> Result<()> {
        let mut tx = self.write().await?;
        if by_id(&mut tx, owner, id).await?.state != UploadState::Open {
            return Err(MetadataError::UploadEnded);
        }
        if !parts.is_empty() {
            announced::add(&mut tx, id, parts).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn announced_parts(&self, owner: &UserId, id: UploadId) -> Result<HashMap<u32, Checksum>> {
        let mut snapshot = self.snapshot().await?;
        let upload = by_id(&mut snapshot, owner, id).await?;
        announced::all(&mut snapshot, id, upload.destination.checksum).await
    }

    async fn doubt_parts(&self, owner: &UserId, id: UploadId) -> Result<()> {
        let mut tx = self.write().await?;
        by_id(&mut tx, owner, id).await?;
        announced::doubt(&mut tx, id).await?;
        Ok(tx.commit().await?)
    }

    async fn publish_uploads(&self, owner: &UserId, sent: &[Sent]) -> Result<Vec<Result<Node>>> {
        let arrived: Vec<_> = sent.iter().map(Arrived::sent).collect();
        let mut tx = self.change(owner).await?;
        let published = publish::all(&mut tx, &arrived).await?;
        tx.commit().await?;
        Ok(published)
    }

    async fn has_content(&self, owner: &UserId, asked: &[(ByteCount, Option<Sha256>)]) -> Result<Vec<bool>> {
        let mut snapshot = self.snapshot().await?;
        let mut found = Vec::with_capacity(asked.len());
        for (size, sha256) in asked {
            found.push(dedupe::has(&mut snapshot, owner, *size, *sha256).await?);
        }
        Ok(found)
    }

    async fn keep_challenges(&self, owner: &UserId, asked: &[(UploadId, StoredChallenge)]) -> Result<()> {
        let mut tx = self.write().await?;
        for (id, challenge) in asked {
            dedupe::keep_challenge(&mut tx, owner, *id, challenge).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn take_challenges(
        &self,
        owner: &UserId,
        ids: &[UploadId],
        now: Timestamp,
    ) -> Result<Vec<Result<Answered>>> {
        let mut tx = self.write().await?;
        let taken = dedupe::take_all(&mut tx, owner, ids, now).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn publish_copies(&self, owner: &UserId, proven: &[Proven]) -> Result<Vec<Result<Node>>> {
        let proven: Vec<_> = proven.iter().map(Arrived::proven).collect();
        let mut tx = self.change(owner).await?;
        let published = publish::all(&mut tx, &proven).await?;
        tx.commit().await?;
        Ok(published)
    }

    async fn distrust_content(&self, owner: &UserId, node: NodeId, version: VersionId) -> Result<bool> {
        let mut tx = self.write().await?;
        let is_new = dedupe::distrust(&mut tx, owner, node, version).await?;
        tx.commit().await?;
        Ok(is_new)
    }

    async fn open_destinations(&self, object_keys: &[String]) -> Result<Vec<String>> {
        let mut reader = self.readers.acquire().await?;
        dedupe::open_destinations(&mut reader, object_keys).await
    }

    async fn abort_upload(&self, owner: &UserId, id: UploadId) -> Result<StoredUpload> {
        let mut tx = self.write().await?;
        let upload = by_id(&mut tx, owner, id).await?;
        match upload.state {
            UploadState::Aborted => return Ok(upload),
            UploadState::Published => return Err(MetadataError::UploadEnded),
            UploadState::Open => {}
        }
        let Destination { object_key, multipart_id, .. } = &upload.destination;
        orphans::add(&mut tx, object_key, multipart_id.as_deref()).await?;
        announced::forget(&mut tx, id).await?;
        sqlx::query("UPDATE uploads SET state = 'aborted' WHERE id = ?1")
            .bind(rows::key(id.0))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(StoredUpload { state: UploadState::Aborted, ..upload })
    }

    async fn stale_uploads(&self, before: Timestamp, limit: u32) -> Result<Vec<StoredUpload>> {
        let found = sqlx::query(
            "SELECT * FROM uploads WHERE state = 'open' AND created_at < ?1 ORDER BY created_at LIMIT ?2",
        )
        .bind(before.as_millis())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(upload).collect()
    }

    async fn forget_uploads(&self, before: Timestamp) -> Result<u64> {
        let mut tx = self.write().await?;
        let forgotten = sqlx::query(
            "DELETE FROM uploads WHERE id IN
             (SELECT id FROM uploads WHERE state <> 'open' AND created_at < ?1 ORDER BY created_at LIMIT ?2)",
        )
        .bind(before.as_millis())
        .bind(FORGOTTEN_AT_ONCE)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(forgotten.rows_affected())
    }
}

async fn by_id(connection: &mut Connection, owner: &UserId, id: UploadId) -> Result<StoredUpload> {
    let row = sqlx::query("SELECT * FROM uploads WHERE id = ?1 AND owner = ?2")
        .bind(rows::key(id.0))
        .bind(&owner.0)
        .fetch_optional(connection)
        .await?;
    upload(&row.ok_or(MetadataError::NotFound)?)
}

/// Those of them that are the owner's, all in one query: each one that sqlx runs costs two switches of threads.
async fn by_ids(
    connection: &mut Connection,
    owner: &UserId,
    ids: &[UploadId],
) -> Result<HashMap<UploadId, StoredUpload>> {
    // By id alone: with an index of the owner's, SQLite may read all that the owner ever uploaded.
    let mut select = QueryBuilder::new("SELECT * FROM uploads WHERE +owner = ");
    select.push_bind(&owner.0).push(" AND id IN (");
    let mut keys = select.separated(", ");
    for id in ids {
        keys.push_bind(rows::key(id.0));
    }
    let found = select.push(")").build().persistent(false).fetch_all(connection).await?;
    found.iter().map(|row| upload(row).map(|upload| (upload.id, upload))).collect()
}

async fn by_ref(
    connection: &mut Connection,
    owner: &UserId,
    client_ref: ClientRef,
) -> Result<Option<StoredUpload>> {
    let row = sqlx::query("SELECT * FROM uploads WHERE owner = ?1 AND client_ref = ?2")
        .bind(&owner.0)
        .bind(rows::key(client_ref.0))
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(upload).transpose()
}

fn upload(row: &SqliteRow) -> Result<StoredUpload> {
    let node: Option<Vec<u8>> = row.try_get("node")?;
    Ok(StoredUpload {
        id: UploadId(rows::uuid(row, "id")?),
        owner: UserId(row.try_get("owner")?),
        wanted: Wanted {
            client_ref: ClientRef(rows::uuid(row, "client_ref")?),
            parent: rows::parent_of(&row.try_get::<Vec<u8>, _>("parent")?)?,
            name: rows::name(row, "name")?,
            on_conflict: from_word::<OnConflict>(row.try_get("on_conflict")?)?,
            size: ByteCount(rows::count(row, "size")?),
            content_type: row.try_get("content_type")?,
            modified_at: rows::maybe_time(row, "source_modified_at")?,
        },
        destination: Destination {
            object_key: row.try_get("object_key")?,
            multipart_id: row.try_get("multipart_id")?,
            part_bytes: ByteCount(rows::count(row, "part_bytes")?),
            part_count: row.try_get("part_count")?,
            checksum: from_word(row.try_get("checksum")?)?,
        },
        state: from_word(row.try_get("state")?)?,
        node: node.map(|id| rows::parent_of(&id)).transpose()?.flatten(),
        created_at: rows::time(row, "created_at")?,
    })
}
