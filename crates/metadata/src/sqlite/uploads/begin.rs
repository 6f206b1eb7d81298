//! Keeping plans.

use std::collections::HashMap;

use notespot_protocol::{ByteCount, ClientRef, Timestamp, UploadId, UploadState, UserId};
use sqlx::QueryBuilder;

use super::super::{Connection, Mutation, rows};
use super::tally::Tally;
use super::upload;
use crate::stored::word;
use crate::uploads::{Destination, StoredUpload, Wanted};
use crate::{MetadataError, Result};

pub(super) async fn all(
    tx: &mut Mutation<'_>,
    planned: &[(Wanted, Destination)],
) -> Result<Vec<Result<StoredUpload>>> {
    let owner = tx.owner();
    let mut tally = Tally::read(tx, planned.iter().filter_map(|(wanted, _)| wanted.parent).collect()).await?;
    // What is on its way counts for as long as this transaction: it is never written to the owner.
    tally.take(promised(tx, owner).await?);
    let mut known = known(tx, owner, planned).await?;
    let mut begun = Vec::with_capacity(planned.len());
    let mut new = Vec::new();
    for (wanted, destination) in planned {
        if let Some(upload) = known.get(&wanted.client_ref) {
            let same = upload.wanted.is_same_file(wanted);
            begun.push(if same { Ok(upload.clone()) } else { Err(MetadataError::ReferenceTaken) });
            continue;
        }
        let outcome = one(&mut tally, wanted, destination);
        if let Ok(upload) = &outcome {
            known.insert(wanted.client_ref, upload.clone());
            new.push(upload.clone());
        }
        begun.push(outcome);
    }
    insert(tx, &new).await?;
    Ok(begun)
}

/// Those that were planned before, by reference.
async fn known(
    tx: &mut Connection,
    owner: &UserId,
    planned: &[(Wanted, Destination)],
) -> Result<HashMap<ClientRef, StoredUpload>> {
    let mut select = QueryBuilder::new("SELECT * FROM uploads WHERE owner = ");
    select.push_bind(&owner.0).push(" AND client_ref IN (");
    let mut references = select.separated(", ");
    for (wanted, _) in planned {
        references.push_bind(rows::key(wanted.client_ref.0));
    }
    let found = select.push(")").build().persistent(false).fetch_all(tx).await?;
    found.iter().map(|row| upload(row).map(|upload| (upload.wanted.client_ref, upload))).collect()
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

/// Refuses, or takes what it needs; nothing is written yet.
fn one(tally: &mut Tally<'_>, wanted: &Wanted, destination: &Destination) -> Result<StoredUpload> {
    if !tally.has_parent(wanted.parent) {
        return Err(MetadataError::NoSuchParent);
    }
    tally.require_room(wanted.size)?;
    tally.take(wanted.size);
    Ok(StoredUpload {
        id: UploadId::generate(),
        owner: tally.owner.clone(),
        wanted: wanted.clone(),
        destination: destination.clone(),
        state: UploadState::Open,
        node: None,
        created_at: Timestamp::now(),
    })
}

/// All in one statement: each one that sqlx runs costs two switches of threads.
async fn insert(tx: &mut Connection, uploads: &[StoredUpload]) -> Result<()> {
    if uploads.is_empty() {
        return Ok(());
    }
    let state = word(&UploadState::Open)?;
    let conflicts =
        uploads.iter().map(|upload| word(&upload.wanted.on_conflict)).collect::<Result<Vec<_>>>()?;
    let mut insert = QueryBuilder::new(
        "INSERT INTO uploads (id, owner, client_ref, parent, name, on_conflict, size, content_type, \
         source_modified_at, object_key, multipart_id, part_bytes, part_count, checksum, state, created_at) ",
    );
    insert.push_values(uploads.iter().zip(conflicts), |mut row, (upload, on_conflict)| {
        let StoredUpload { wanted, destination, .. } = upload;
        row.push_bind(rows::key(upload.id.0))
            .push_bind(&upload.owner.0)
            .push_bind(rows::key(wanted.client_ref.0))
            .push_bind(rows::parent_key(wanted.parent))
            .push_bind(wanted.name.as_str())
            .push_bind(on_conflict)
            .push_bind(rows::integer(wanted.size.get()))
            .push_bind(&wanted.content_type)
            .push_bind(wanted.modified_at.map(Timestamp::as_millis))
            .push_bind(&destination.object_key)
            .push_bind(&destination.multipart_id)
            .push_bind(rows::integer(destination.part_bytes.get()))
            .push_bind(destination.part_count)
            .push_bind(destination.checksum.as_str())
            .push_bind(state.clone())
            .push_bind(upload.created_at.as_millis());
    });
    insert.build().persistent(false).execute(tx).await?;
    Ok(())
}
