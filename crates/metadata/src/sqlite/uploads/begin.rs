//! Keeping plans.

use notespot_protocol::{ByteCount, Timestamp, UploadId, UploadState, UserId};

use super::super::{Connection, rows};
use super::tally::Tally;
use super::{alone, by_ref, word};
use crate::uploads::{Destination, StoredUpload, Wanted};
use crate::{MetadataError, Result};

pub(super) async fn all(
    tx: &mut Connection,
    owner: &UserId,
    planned: &[(Wanted, Destination)],
) -> Result<Vec<Result<StoredUpload>>> {
    let mut tally = Tally::read(tx, owner).await?;
    // What is on its way counts for as long as this transaction: it is never written to the owner.
    tally.take(promised(tx, owner).await?);
    let mut begun = Vec::with_capacity(planned.len());
    for (wanted, destination) in planned {
        begun.push(alone(one(tx, &mut tally, wanted, destination).await)?);
    }
    Ok(begun)
}

/// The sizes of all open uploads.
async fn promised(tx: &mut Connection, owner: &UserId) -> Result<ByteCount> {
    let sum: i64 =
        sqlx::query_scalar("SELECT coalesce(sum(size), 0) FROM uploads WHERE owner = ?1 AND state = 'open'")
            .bind(&owner.0)
            .fetch_one(tx)
            .await?;
    Ok(ByteCount(sum.unsigned_abs()))
}

async fn one(
    tx: &mut Connection,
    tally: &mut Tally<'_>,
    wanted: &Wanted,
    destination: &Destination,
) -> Result<StoredUpload> {
    if let Some(begun) = by_ref(tx, tally.owner, wanted.client_ref).await? {
        return Ok(begun);
    }
    if !tally.has_parent(tx, wanted.parent).await? {
        return Err(MetadataError::NoSuchParent);
    }
    tally.require_room(wanted.size)?;
    tally.take(wanted.size);
    let upload = StoredUpload {
        id: UploadId::generate(),
        owner: tally.owner.clone(),
        wanted: wanted.clone(),
        destination: destination.clone(),
        state: UploadState::Open,
        node: None,
        created_at: Timestamp::now(),
    };
    insert(tx, &upload).await?;
    Ok(upload)
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
