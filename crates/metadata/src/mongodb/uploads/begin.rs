//! Keeping plans.

use std::collections::{HashMap, HashSet};

use mongodb::bson::{Bson, doc};
use notespot_protocol::{ClientRef, NodeId, Timestamp, UploadId, UploadState, UserId};

use super::super::collections::Collections;
use super::super::connection::Find;
use super::super::rows::UploadRow;
use super::super::{Connection, Mutation, rows, tree};
use crate::uploads::{Destination, StoredUpload, Wanted};
use crate::{MetadataError, Result};

pub(super) async fn all(
    tx: &mut Mutation<'_>,
    planned: &[(Wanted, Destination)],
) -> Result<Vec<Result<StoredUpload>>> {
    let owner = tx.owner();
    let parents = planned.iter().filter_map(|(wanted, _)| wanted.parent).collect();
    let living = tree::living_folders(tx, owner, &parents).await?;
    let mut known = known(tx, owner, planned).await?;
    let mut begun = Vec::with_capacity(planned.len());
    let mut new = Vec::new();
    for (wanted, destination) in planned {
        if let Some(upload) = known.get(&wanted.client_ref) {
            let same = upload.wanted.is_same_file(wanted);
            begun.push(if same { Ok(upload.clone()) } else { Err(MetadataError::ReferenceTaken) });
            continue;
        }
        let outcome = one(tx, &living, wanted, destination);
        if let Ok(upload) = &outcome {
            known.insert(wanted.client_ref, upload.clone());
            new.push(UploadRow::new(upload)?);
        }
        begun.push(outcome);
    }
    tx.insert(Collections::uploads, &new).await?;
    Ok(begun)
}

/// Those that were planned before, by reference.
async fn known(
    tx: &mut Connection,
    owner: &UserId,
    planned: &[(Wanted, Destination)],
) -> Result<HashMap<ClientRef, StoredUpload>> {
    let references: Vec<Bson> =
        planned.iter().map(|(wanted, _)| rows::id(wanted.client_ref.0).into()).collect();
    let filter = doc! { "owner": &owner.0, "client_ref": { "$in": references } };
    let found: Vec<UploadRow> = tx.find(Collections::uploads, Find::new(filter).limit(planned.len())).await?;
    found.into_iter().map(|row| row.upload().map(|upload| (upload.wanted.client_ref, upload))).collect()
}

/// Refuses, or takes what it needs; nothing is written yet.
fn one(
    tx: &mut Mutation<'_>,
    living: &HashSet<NodeId>,
    wanted: &Wanted,
    destination: &Destination,
) -> Result<StoredUpload> {
    if wanted.parent.is_some_and(|parent| !living.contains(&parent)) {
        return Err(MetadataError::NoSuchParent);
    }
    if wanted.size.get() > tx.room_beside_uploads() {
        return Err(MetadataError::QuotaExceeded);
    }
    tx.promise_bytes(wanted.size);
    Ok(StoredUpload {
        id: UploadId::generate(),
        owner: tx.owner().clone(),
        wanted: wanted.clone(),
        destination: destination.clone(),
        state: UploadState::Open,
        node: None,
        created_at: Timestamp::now(),
    })
}
