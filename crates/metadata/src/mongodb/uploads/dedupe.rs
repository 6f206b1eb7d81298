//! Content that the owner has already.

use mongodb::bson::{Document, doc};
use notespot_protocol::{ByteCount, NodeId, Sha256, Timestamp, UploadId, UploadState, UserId, VersionId};
use serde::Deserialize;

use super::super::collections::Collections;
use super::super::connection::Find;
use super::super::rows::{ChallengeRow, UploadRow, VersionRow};
use super::super::{Connection, Mutation, rows};
use super::named;
use crate::error::alone;
use crate::stored::{integer, unreadable};
use crate::uploads::{Answered, StoredChallenge};
use crate::{MetadataError, Result};

/// For each, whether the owner has vouched content of this size, and of this hash where one is named.
pub(super) async fn have(
    connection: &mut Connection,
    owner: &UserId,
    asked: &[(ByteCount, Option<Sha256>)],
) -> Result<Vec<bool>> {
    let mut found = Vec::with_capacity(asked.len());
    for (size, sha256) in asked {
        found.push(connection.exists(Collections::versions, vouched(owner, *size, *sha256)).await?);
    }
    Ok(found)
}

fn vouched(owner: &UserId, size: ByteCount, sha256: Option<Sha256>) -> Document {
    let mut filter = doc! { "owner": &owner.0, "size": integer(size.get()), "vouched": true };
    if let Some(sha256) = sha256 {
        filter.insert("sha256", rows::bytes(sha256.as_bytes()));
    }
    filter
}

/// Whether one of the owner's versions has this content in this object, and is vouched for.
pub(super) async fn is_named(
    connection: &mut Connection,
    owner: &UserId,
    size: ByteCount,
    sha256: Sha256,
    object_key: &str,
) -> Result<bool> {
    let mut filter = vouched(owner, size, Some(sha256));
    filter.insert("object_key", object_key);
    connection.exists(Collections::versions, filter).await
}

/// Nobody vouches for what is in the object of this version any more, whichever versions name it. Whether
/// somebody did.
pub(super) async fn distrust(tx: &mut Mutation<'_>, node: NodeId, version: VersionId) -> Result<bool> {
    let owner = tx.owner();
    let filter = doc! { "_id": rows::id(version.0), "owner": &owner.0, "node": rows::id(node.0) };
    let row: VersionRow = tx.find_one(Collections::versions, filter).await?.ok_or(MetadataError::NotFound)?;
    let same = doc! { "owner": &owner.0, "object_key": row.object_key, "vouched": true };
    let distrusted =
        tx.update_many(Collections::versions, same, doc! { "$unset": { "vouched": "" } }).await?;
    Ok(distrusted > 0)
}

pub(super) async fn keep_challenges(
    tx: &mut Mutation<'_>,
    asked: &[(UploadId, StoredChallenge)],
) -> Result<()> {
    let owner = tx.owner();
    let mut updates = Vec::with_capacity(asked.len());
    for (id, challenge) in asked {
        let mut this = named(owner, *id);
        this.insert("open", true);
        let challenge =
            mongodb::bson::serialize_to_bson(&ChallengeRow::new(challenge)).map_err(unreadable)?;
        updates.push((this, doc! { "$set": { "challenge": challenge } }));
    }
    tx.update_each(Collections::uploads, updates).await
}

pub(super) async fn take_all(
    tx: &mut Mutation<'_>,
    ids: &[UploadId],
    now: Timestamp,
) -> Result<Vec<Result<Answered>>> {
    let mut taken = Vec::with_capacity(ids.len());
    for id in ids {
        taken.push(alone(take(tx, *id, now).await)?);
    }
    Ok(taken)
}

async fn take(tx: &mut Mutation<'_>, id: UploadId, now: Timestamp) -> Result<Answered> {
    let owner = tx.owner();
    let row: Option<UploadRow> = tx.find_one(Collections::uploads, named(owner, id)).await?;
    let mut row = row.ok_or(MetadataError::NotFound)?;
    let challenge = row.challenge.take();
    let upload = row.upload()?;
    if upload.state != UploadState::Open {
        return Err(MetadataError::UploadEnded);
    }
    let challenge = challenge.ok_or(MetadataError::ChallengeEnded)?.challenge()?;
    let taken = doc! { "$unset": { "challenge": "" } };
    tx.update_one(Collections::uploads, named(owner, id), taken).await?;
    if challenge.ends_at <= now {
        return Err(MetadataError::ChallengeEnded);
    }
    let same = vouched(owner, upload.wanted.size, Some(challenge.sha256));
    let object: Option<VersionRow> = tx.find_one(Collections::versions, same).await?;
    let object_key = object.ok_or(MetadataError::ChallengeEnded)?.object_key;
    Ok(Answered { upload, challenge, object_key })
}

/// Those of the keys that an open upload goes to.
pub(super) async fn open_destinations(
    connection: &mut Connection,
    object_keys: &[String],
) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Open {
        object_key: String,
    }
    let filter = doc! { "open": true, "object_key": { "$in": object_keys } };
    let find = Find::new(filter).limit(object_keys.len()).fields(&["object_key"]);
    let found: Vec<Open> = connection.find_as::<UploadRow, _>(Collections::uploads, find).await?;
    Ok(found.into_iter().map(|open| open.object_key).collect())
}
