//! What the parts of open uploads were presigned for.

use std::collections::HashMap;

use mongodb::bson::{Document, doc};
use notespot_protocol::{Checksum, UploadId, UploadState, UserId};

use super::super::collections::Collections;
use super::super::connection::Find;
use super::super::rows::PartRow;
use super::super::{Connection, Mutation, rows};
use super::by_id;
use crate::stored::unreadable;
use crate::{MetadataError, Result};

fn of_upload(owner: &UserId, id: UploadId) -> Document {
    doc! { "owner": &owner.0, "upload": rows::id(id.0) }
}

pub(super) async fn add(tx: &mut Mutation<'_>, id: UploadId, parts: &[(u32, Checksum)]) -> Result<()> {
    let owner = tx.owner();
    if by_id(tx, owner, id).await?.state != UploadState::Open {
        return Err(MetadataError::UploadEnded);
    }
    let numbers: Vec<_> = parts.iter().map(|(number, _)| i64::from(*number)).collect();
    let mut filter = of_upload(owner, id);
    filter.insert("number", doc! { "$in": numbers });
    let found: Vec<PartRow> =
        tx.find(Collections::announced_parts, Find::new(filter).limit(parts.len())).await?;
    let mut known: HashMap<_, _> = found.into_iter().map(|row| (row.number, row.checksum)).collect();
    let (mut new, mut doubtful) = (Vec::new(), Vec::new());
    for (number, checksum) in parts {
        let (number, checksum) = (i64::from(*number), checksum.to_base64());
        match known.get(&number) {
            Some(announced) if *announced == checksum => {}
            Some(_) => doubtful.push(number),
            None => {
                known.insert(number, checksum.clone());
                let row = PartRow { owner: owner.0.clone(), upload: rows::id(id.0), number, checksum };
                new.push(row);
            }
        }
    }
    tx.insert(Collections::announced_parts, &new).await?;
    if !doubtful.is_empty() {
        let mut these = of_upload(owner, id);
        these.insert("number", doc! { "$in": doubtful });
        tx.update_many(Collections::announced_parts, these, doc! { "$set": { "checksum": "" } }).await?;
    }
    Ok(())
}

pub(super) async fn all(
    connection: &mut Connection,
    owner: &UserId,
    id: UploadId,
) -> Result<HashMap<u32, Checksum>> {
    let algorithm = by_id(connection, owner, id).await?.destination.checksum;
    let find = Find::new(of_upload(owner, id));
    let found: Vec<PartRow> = connection.find(Collections::announced_parts, find).await?;
    let known = found.into_iter().filter(|row| !row.checksum.is_empty());
    known
        .map(|row| {
            let checksum = Checksum::from_base64(algorithm, &row.checksum).map_err(unreadable)?;
            Ok((u32::try_from(row.number).map_err(unreadable)?, checksum))
        })
        .collect()
}

pub(super) async fn doubt(tx: &mut Mutation<'_>, id: UploadId) -> Result<()> {
    let owner = tx.owner();
    by_id(tx, owner, id).await?;
    let unknown = doc! { "$set": { "checksum": "" } };
    tx.update_many(Collections::announced_parts, of_upload(owner, id), unknown).await.map(drop)
}

/// The upload has ended.
pub(super) async fn forget(tx: &mut Connection, owner: &UserId, id: UploadId) -> Result<()> {
    tx.delete_many(Collections::announced_parts, of_upload(owner, id)).await.map(drop)
}
