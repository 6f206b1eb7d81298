//! Uploads, up to the moment in which they become files.

use async_trait::async_trait;
use notespot_protocol::{
    ByteCount, ClientRef, Node, NodeId, OnConflict, Sha256, Timestamp, UploadId, UploadState, UserId,
    VersionId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::names::{self, Place, Siblings};
use super::nodes::{add_usage, require_quota};
use super::{Connection, SqliteMetadata, orphans, revisions, rows, tree};
use crate::uploads::{Destination, StoredUpload, Uploads, Wanted};
use crate::{MetadataError, Result};

#[async_trait]
impl Uploads for SqliteMetadata {
    async fn upload_by_ref(&self, owner: &UserId, client_ref: ClientRef) -> Result<Option<StoredUpload>> {
        let mut reader = self.readers.acquire().await?;
        by_ref(&mut reader, owner, client_ref).await
    }

    async fn begin_upload(
        &self,
        owner: &UserId,
        wanted: &Wanted,
        destination: &Destination,
    ) -> Result<StoredUpload> {
        let mut tx = self.write().await?;
        if let Some(begun) = by_ref(&mut tx, owner, wanted.client_ref).await? {
            return Ok(begun);
        }
        tree::require_parent(&mut tx, owner, wanted.parent).await?;
        let promised: i64 = sqlx::query_scalar(
            "SELECT coalesce(sum(size), 0) FROM uploads WHERE owner = ?1 AND state = 'open'",
        )
        .bind(&owner.0)
        .fetch_one(&mut *tx)
        .await?;
        require_quota(&mut tx, owner, wanted.size, ByteCount(promised.unsigned_abs())).await?;
        let upload = StoredUpload {
            id: UploadId::generate(),
            owner: owner.clone(),
            wanted: wanted.clone(),
            destination: destination.clone(),
            state: UploadState::Open,
            node: None,
            created_at: Timestamp::now(),
        };
        insert(&mut tx, &upload).await?;
        tx.commit().await?;
        Ok(upload)
    }

    async fn upload(&self, owner: &UserId, id: UploadId) -> Result<StoredUpload> {
        let mut reader = self.readers.acquire().await?;
        by_id(&mut reader, owner, id).await
    }

    async fn publish_upload(&self, owner: &UserId, id: UploadId, sha256: Sha256) -> Result<Node> {
        let mut tx = self.write().await?;
        let upload = by_id(&mut tx, owner, id).await?;
        match (upload.state, upload.node) {
            (UploadState::Published, Some(node)) => return tree::node(&mut tx, owner, node).await,
            (UploadState::Open, _) => {}
            _ => return Err(MetadataError::UploadEnded),
        }
        require_quota(&mut tx, owner, upload.wanted.size, ByteCount::ZERO).await?;
        let node = publish(&mut tx, &upload, sha256).await?;
        add_usage(&mut tx, owner, rows::integer(upload.wanted.size.get())).await?;
        sqlx::query("UPDATE uploads SET state = 'published', node = ?2 WHERE id = ?1")
            .bind(rows::key(id.0))
            .bind(rows::key(node.0))
            .execute(&mut *tx)
            .await?;
        let node = tree::node(&mut tx, owner, node).await?;
        tx.commit().await?;
        Ok(node)
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
}

/// Makes the node, or the new version of the one that is to be replaced.
async fn publish(tx: &mut Connection, upload: &StoredUpload, sha256: Sha256) -> Result<NodeId> {
    let StoredUpload { owner, wanted, .. } = upload;
    let parent = tree::parent_or_top(tx, owner, wanted.parent).await?;
    let place = Siblings { owner, parent, except: None }.place(tx, &wanted.name, wanted.on_conflict).await?;
    let revision = rows::integer(revisions::next(tx, owner).await?.0);
    let now = Timestamp::now().as_millis();
    let version = rows::key(VersionId::generate().0);
    let size = rows::integer(wanted.size.get());
    let id = match place {
        Place::Instead(id) => {
            sqlx::query(
                "UPDATE nodes SET version = ?2, size = ?3, modified_at = ?4, revision = ?5 WHERE id = ?1",
            )
            .bind(rows::key(id.0))
            .bind(&version)
            .bind(size)
            .bind(now)
            .bind(revision)
            .execute(&mut *tx)
            .await?;
            id
        }
        Place::Free(name) => {
            let id = NodeId::generate();
            sqlx::query(
                "INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, version, size, \
                 created_at, modified_at, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11)",
            )
            .bind(rows::key(id.0))
            .bind(&owner.0)
            .bind(rows::parent_key(parent))
            .bind(rows::FILE)
            .bind(name.as_str())
            .bind(name.unique_key())
            .bind(names::sort_key(&name))
            .bind(&version)
            .bind(size)
            .bind(now)
            .bind(revision)
            .execute(&mut *tx)
            .await?;
            id
        }
    };
    insert_version(tx, upload, id, version, sha256, now).await?;
    Ok(id)
}

async fn insert_version(
    tx: &mut Connection,
    upload: &StoredUpload,
    node: NodeId,
    version: Vec<u8>,
    sha256: Sha256,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO versions (id, node, size, content_type, sha256, uploaded_at, source_modified_at, object_key) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(version)
    .bind(rows::key(node.0))
    .bind(rows::integer(upload.wanted.size.get()))
    .bind(&upload.wanted.content_type)
    .bind(sha256.as_bytes().to_vec())
    .bind(now)
    .bind(upload.wanted.modified_at.map(Timestamp::as_millis))
    .bind(&upload.destination.object_key)
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert(tx: &mut Connection, upload: &StoredUpload) -> Result<()> {
    let StoredUpload { wanted, destination, .. } = upload;
    sqlx::query(
        "INSERT INTO uploads (id, owner, client_ref, parent, name, on_conflict, size, content_type, \
         source_modified_at, object_key, multipart_id, part_bytes, part_count, state, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )
    .bind(rows::key(upload.id.0))
    .bind(&upload.owner.0)
    .bind(rows::key(wanted.client_ref.0))
    .bind(rows::parent_key(wanted.parent))
    .bind(wanted.name.as_str())
    .bind(word(&wanted.on_conflict)?)
    .bind(rows::integer(wanted.size.get()))
    .bind(&wanted.content_type)
    .bind(wanted.modified_at.map(Timestamp::as_millis))
    .bind(&destination.object_key)
    .bind(&destination.multipart_id)
    .bind(rows::integer(destination.part_bytes.get()))
    .bind(destination.part_count)
    .bind(word(&upload.state)?)
    .bind(upload.created_at.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

async fn by_id(connection: &mut Connection, owner: &UserId, id: UploadId) -> Result<StoredUpload> {
    let row = sqlx::query("SELECT * FROM uploads WHERE id = ?1 AND owner = ?2")
        .bind(rows::key(id.0))
        .bind(&owner.0)
        .fetch_optional(connection)
        .await?;
    upload(&row.ok_or(MetadataError::NotFound)?)
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
            name: rows::name(row)?,
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
        },
        state: from_word(row.try_get("state")?)?,
        node: node.map(|id| rows::parent_of(&id)).transpose()?.flatten(),
        created_at: rows::time(row, "created_at")?,
    })
}

/// An enumeration is stored as the word that the wire has for it.
fn word(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value).map_err(rows::unreadable)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

fn from_word<T: DeserializeOwned>(word: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(rows::unreadable)
}
