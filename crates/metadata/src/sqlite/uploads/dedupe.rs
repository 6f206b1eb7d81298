//! Content that the owner has already.

use notespot_protocol::{ByteCount, NodeId, Sha256, Timestamp, UploadId, UploadState, UserId, VersionId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _};

use super::super::{Connection, rows};
use super::{alone, upload};
use crate::uploads::{Answered, StoredChallenge};
use crate::{MetadataError, Result};

/// Whether the owner has vouched content of this size, and of this hash where one is named.
pub(super) async fn has(
    connection: &mut Connection,
    owner: &UserId,
    size: ByteCount,
    sha256: Option<Sha256>,
) -> Result<bool> {
    if let Some(sha256) = sha256 {
        return Ok(object_with(connection, owner, size, sha256).await?.is_some());
    }
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM versions WHERE owner = ?1 AND size = ?2 AND is_vouched = 1)",
    )
    .bind(&owner.0)
    .bind(rows::integer(size.get()))
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// An object of the owner's with this content, for which somebody vouches.
async fn object_with(
    connection: &mut Connection,
    owner: &UserId,
    size: ByteCount,
    sha256: Sha256,
) -> Result<Option<String>> {
    let found = sqlx::query_scalar(
        "SELECT object_key FROM versions WHERE owner = ?1 AND size = ?2 AND sha256 = ?3 AND is_vouched = 1 LIMIT 1",
    )
    .bind(&owner.0)
    .bind(rows::integer(size.get()))
    .bind(sha256.as_bytes().to_vec())
    .fetch_optional(connection)
    .await?;
    Ok(found)
}

/// Whether one of the owner's versions has this content in this object, and is vouched for.
pub(super) async fn is_named(
    connection: &mut Connection,
    owner: &UserId,
    size: ByteCount,
    sha256: Sha256,
    object_key: &str,
) -> Result<bool> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM versions WHERE owner = ?1 AND size = ?2 AND sha256 = ?3 \
         AND object_key = ?4 AND is_vouched = 1)",
    )
    .bind(&owner.0)
    .bind(rows::integer(size.get()))
    .bind(sha256.as_bytes().to_vec())
    .bind(object_key)
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Nobody vouches for what is in the object of this version any more, whichever versions name it. Whether
/// somebody did.
pub(super) async fn distrust(
    tx: &mut Connection,
    owner: &UserId,
    node: NodeId,
    version: VersionId,
) -> Result<bool> {
    let object_key: Option<String> =
        sqlx::query_scalar("SELECT object_key FROM versions WHERE id = ?1 AND node = ?2 AND owner = ?3")
            .bind(rows::key(version.0))
            .bind(rows::key(node.0))
            .bind(&owner.0)
            .fetch_optional(&mut *tx)
            .await?;
    let distrusted =
        sqlx::query("UPDATE versions SET is_vouched = 0 WHERE object_key = ?1 AND is_vouched = 1")
            .bind(object_key.ok_or(MetadataError::NotFound)?)
            .execute(tx)
            .await?;
    Ok(distrusted.rows_affected() > 0)
}

pub(super) async fn keep_challenge(
    tx: &mut Connection,
    owner: &UserId,
    id: UploadId,
    challenge: &StoredChallenge,
) -> Result<()> {
    sqlx::query(
        "UPDATE uploads SET claimed_sha256 = ?3, challenge_nonce = ?4, challenge_ends_at = ?5 \
         WHERE id = ?1 AND owner = ?2 AND state = 'open'",
    )
    .bind(rows::key(id.0))
    .bind(&owner.0)
    .bind(challenge.sha256.as_bytes().to_vec())
    .bind(challenge.nonce.to_vec())
    .bind(challenge.ends_at.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn take_all(
    tx: &mut Connection,
    owner: &UserId,
    ids: &[UploadId],
    now: Timestamp,
) -> Result<Vec<Result<Answered>>> {
    let mut taken = Vec::with_capacity(ids.len());
    for id in ids {
        taken.push(alone(take(tx, owner, *id, now).await)?);
    }
    Ok(taken)
}

async fn take(tx: &mut Connection, owner: &UserId, id: UploadId, now: Timestamp) -> Result<Answered> {
    let row = sqlx::query("SELECT * FROM uploads WHERE id = ?1 AND owner = ?2")
        .bind(rows::key(id.0))
        .bind(&owner.0)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(MetadataError::NotFound)?;
    let upload = upload(&row)?;
    if upload.state != UploadState::Open {
        return Err(MetadataError::UploadEnded);
    }
    let challenge = challenge(&row)?.ok_or(MetadataError::ChallengeEnded)?;
    sqlx::query(
        "UPDATE uploads SET claimed_sha256 = NULL, challenge_nonce = NULL, challenge_ends_at = NULL WHERE id = ?1",
    )
    .bind(rows::key(id.0))
    .execute(&mut *tx)
    .await?;
    if challenge.ends_at <= now {
        return Err(MetadataError::ChallengeEnded);
    }
    let object_key = object_with(tx, owner, upload.wanted.size, challenge.sha256).await?;
    Ok(Answered { object_key: object_key.ok_or(MetadataError::ChallengeEnded)?, upload, challenge })
}

fn challenge(row: &SqliteRow) -> Result<Option<StoredChallenge>> {
    let Some(nonce) = row.try_get::<Option<Vec<u8>>, _>("challenge_nonce")? else { return Ok(None) };
    Ok(Some(StoredChallenge {
        sha256: rows::hash(&row.try_get::<Vec<u8>, _>("claimed_sha256")?)?,
        nonce: nonce.as_slice().try_into().map_err(rows::unreadable)?,
        ends_at: rows::time(row, "challenge_ends_at")?,
    }))
}

/// Those of the keys that an open upload goes to.
pub(super) async fn open_destinations(
    connection: &mut Connection,
    object_keys: &[String],
) -> Result<Vec<String>> {
    let mut select =
        QueryBuilder::new("SELECT object_key FROM uploads WHERE state = 'open' AND object_key IN (");
    let mut keys = select.separated(", ");
    for key in object_keys {
        keys.push_bind(key);
    }
    Ok(select.push(")").build_query_scalar().persistent(false).fetch_all(connection).await?)
}
