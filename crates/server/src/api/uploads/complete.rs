//! Publish only what is there.

use notespot_metadata::MetadataError;
use notespot_metadata::uploads::StoredUpload;
use notespot_objects::{ObjectError, ObjectInfo, ObjectKey, StoredPart};
use notespot_protocol::{CompleteUpload, Node, UploadState, UserId};

use super::key_of;
use super::plan::size_of_part;
use crate::problems::Answer;
use crate::state::Server;

/// Joins the parts, compares size and checksum with what the object store says it holds, and
/// publishes. Every step may be repeated: a call that died half-way is simply sent again.
pub(super) async fn complete_one(server: &Server, owner: &UserId, said: CompleteUpload) -> Answer<Node> {
    let upload = server.metadata.upload(owner, said.id).await?;
    match upload.state {
        UploadState::Open => {}
        UploadState::Published => {
            return Ok(server.metadata.publish_upload(owner, said.id, said.sha256).await?);
        }
        UploadState::Aborted => return Err(MetadataError::UploadEnded.into()),
    }
    match verify(server, &upload, &said).await {
        Ok(()) => Ok(server.metadata.publish_upload(owner, said.id, said.sha256).await?),
        Err(ObjectError::ChecksumMismatch) => {
            // These bytes can never become the file that was announced.
            server.metadata.abort_upload(owner, said.id).await?;
            server.orphaned.notify_one();
            Err(ObjectError::ChecksumMismatch.into())
        }
        Err(error) => Err(error.into()),
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
