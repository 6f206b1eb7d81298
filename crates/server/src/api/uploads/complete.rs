//! Publish only what is there.

use futures_util::{StreamExt as _, stream};
use notespot_metadata::MetadataError;
use notespot_metadata::uploads::StoredUpload;
use notespot_objects::{ObjectError, ObjectInfo, ObjectKey, StoredPart};
use notespot_protocol::{CompleteUpload, Node, Sha256, UploadId, UploadState, UserId};

use super::places::take_refused;
use super::plan::size_of_part;
use super::{AT_ONCE, key_of};
use crate::problems::Answer;
use crate::state::Server;

/// Joins the parts, compares size and checksum with what the object store says it holds, and
/// publishes; each is published or refused alone. Every step may be repeated: a call that died
/// half-way is simply sent again.
pub(super) async fn complete_all(
    server: &Server,
    owner: &UserId,
    batch: Vec<CompleteUpload>,
) -> Answer<Vec<Answer<Node>>> {
    let ids: Vec<_> = batch.iter().map(|said| said.id).collect();
    let uploads = server.metadata.uploads(owner, &ids).await?;
    let verified = stream::iter(uploads.into_iter().zip(batch))
        .map(|(upload, said)| verify_one(server, upload, said))
        .buffered(AT_ONCE);
    let (arrived, places) = take_refused(verified.collect().await);
    let published = server.metadata.publish_uploads(owner, &arrived).await?;
    Ok(places.put_back(published))
}

async fn verify_one(
    server: &Server,
    upload: Result<StoredUpload, MetadataError>,
    said: CompleteUpload,
) -> Answer<(UploadId, Sha256)> {
    let upload = upload?;
    match upload.state {
        UploadState::Open => verify_or_give_up(server, &upload, &said).await?,
        UploadState::Published => {}
        UploadState::Aborted => return Err(MetadataError::UploadEnded.into()),
    }
    Ok((said.id, said.sha256))
}

async fn verify_or_give_up(server: &Server, upload: &StoredUpload, said: &CompleteUpload) -> Answer<()> {
    match verify(server, upload, said).await {
        Err(ObjectError::ChecksumMismatch) => {
            // These bytes can never become the file that was announced.
            server.metadata.abort_upload(&upload.owner, said.id).await?;
            server.orphaned.notify_one();
            Err(ObjectError::ChecksumMismatch.into())
        }
        verified => Ok(verified?),
    }
}

async fn verify(server: &Server, upload: &StoredUpload, said: &CompleteUpload) -> Result<(), ObjectError> {
    let key = key_of(upload).map_err(|_| ObjectError::BadKey)?;
    if let Some(multipart_id) = &upload.destination.multipart_id {
        join(server, upload, &key, multipart_id, said).await?;
    }
    let ObjectInfo { size, crc64nvme } = server.objects.head(&key).await?;
    let same = size == upload.wanted.size && crc64nvme.is_none_or(|stored| stored == said.crc64nvme);
    if same { Ok(()) } else { Err(ObjectError::ChecksumMismatch) }
}

async fn join(
    server: &Server,
    upload: &StoredUpload,
    key: &ObjectKey,
    multipart_id: &str,
    said: &CompleteUpload,
) -> Result<(), ObjectError> {
    let parts = match server.objects.list_parts(key, multipart_id).await {
        Ok(parts) => parts,
        // Joined by a call whose answer got lost, or whose server died before it published.
        Err(ObjectError::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    if !all_arrived(upload, &parts) {
        return Err(ObjectError::BadPart);
    }
    match server.objects.complete_multipart(key, multipart_id, &parts, said.crc64nvme).await {
        Ok(()) | Err(ObjectError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

fn all_arrived(upload: &StoredUpload, parts: &[StoredPart]) -> bool {
    parts.len() == upload.destination.part_count as usize
        && (1..)
            .zip(parts)
            .all(|(number, part)| part.number == number && Some(part.size) == size_of_part(upload, number))
}
