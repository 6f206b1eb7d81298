//! How content is cut into parts, and requests for them.

use http::StatusCode;
use notespot_metadata::uploads::{Destination, StoredUpload, Wanted};
use notespot_objects::ObjectKey;
use notespot_protocol::{
    ByteCount, ErrorCode, NewUpload, PART_COUNT_MAX, PartToSend, PresignedPart, UploadPlan, UploadState,
    UserId,
};

use super::{PRESIGNED_FOR, key_of};
use crate::api::input::at_most;
use crate::problems::{Answer, Refusal};
use crate::state::{FILE_MAX, Server};

/// Content up to this size is sent in one request; larger content in parts of at least this size.
const PART_BYTES: u64 = 16 * MIB;
const MIB: u64 = 1024 * 1024;
const CONTENT_TYPE_MAX_CHARS: usize = 200;
const CONTENT_TYPE_UNKNOWN: &str = "application/octet-stream";

/// Plans one upload. The same client reference gives the same plan.
pub(super) async fn plan_one(server: &Server, owner: &UserId, new: NewUpload) -> Answer<UploadPlan> {
    let upload = match server.metadata.upload_by_ref(owner, new.client_ref).await? {
        Some(upload) => upload,
        None => begin(server, owner, &new).await?,
    };
    let requests = match upload.state {
        UploadState::Open => presign(server, &upload, &new.parts).await?,
        UploadState::Published | UploadState::Aborted => Vec::new(),
    };
    Ok(UploadPlan {
        id: upload.id,
        client_ref: upload.wanted.client_ref,
        part_bytes: upload.destination.part_bytes,
        part_count: upload.destination.part_count,
        state: upload.state,
        requests,
    })
}

async fn begin(server: &Server, owner: &UserId, new: &NewUpload) -> Answer<StoredUpload> {
    if new.size > FILE_MAX {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::TooLarge,
            format!("This file is too large: {FILE_MAX} is the most."),
        ));
    }
    if let Some(content_type) = &new.content_type {
        at_most(CONTENT_TYPE_MAX_CHARS, "The media type", content_type)?;
        if http::HeaderValue::try_from(content_type).is_err() {
            return Err(Refusal::bad_request("The media type holds characters that no media type has."));
        }
    }
    let guessed = mime_guess::from_path(new.name.as_str()).first_raw().unwrap_or(CONTENT_TYPE_UNKNOWN);
    let (part_bytes, part_count) = cut(new.size);
    let key = ObjectKey::generate();
    let multipart_id = if part_count > 1 { Some(server.objects.create_multipart(&key).await?) } else { None };
    let destination = Destination { object_key: key.to_string(), multipart_id, part_bytes, part_count };
    let begun = server.metadata.begin_upload(owner, &Wanted::from_new(new, guessed), &destination).await;
    if !matches!(&begun, Ok(upload) if upload.destination == destination)
        && let Some(multipart_id) = &destination.multipart_id
        && let Err(error) = server.objects.abort_multipart(&key, multipart_id).await
    {
        // Nothing was sent to it: it is a name without bytes.
        tracing::warn!(error = &error as &dyn std::error::Error, "an unused multipart upload is left");
    }
    Ok(begun?)
}

/// The length of every part but the last, and how many there are.
fn cut(size: ByteCount) -> (ByteCount, u32) {
    let size = size.get();
    if size <= PART_BYTES {
        return (ByteCount(size), 1);
    }
    let least = size.div_ceil(u64::from(PART_COUNT_MAX)).next_multiple_of(MIB);
    let part_bytes = least.max(PART_BYTES);
    let count = u32::try_from(size.div_ceil(part_bytes)).unwrap_or(PART_COUNT_MAX);
    (ByteCount(part_bytes), count)
}

/// Presigns requests for parts, each for exactly its bytes.
pub(super) async fn presign(
    server: &Server,
    upload: &StoredUpload,
    parts: &[PartToSend],
) -> Answer<Vec<PresignedPart>> {
    if upload.state != UploadState::Open {
        return Err(notespot_metadata::MetadataError::UploadEnded.into());
    }
    let key = key_of(upload)?;
    let mut presigned = Vec::with_capacity(parts.len());
    for part in parts {
        if Some(part.size) != size_of_part(upload, part.number) {
            return Err(Refusal::bad_request(format!(
                "Part {} is not one of this upload's {} parts, or has another size.",
                part.number, upload.destination.part_count
            )));
        }
        let request = match &upload.destination.multipart_id {
            Some(id) => server.objects.presign_part(&key, id, part, PRESIGNED_FOR).await?,
            None => server.objects.presign_put(&key, part, PRESIGNED_FOR).await?,
        };
        presigned.push(PresignedPart { number: part.number, request });
    }
    Ok(presigned)
}

/// The size that a part must have; `None` where there is no such part.
pub(super) fn size_of_part(upload: &StoredUpload, number: u32) -> Option<ByteCount> {
    let Destination { part_bytes, part_count, .. } = upload.destination;
    if number == 0 || number > part_count {
        return None;
    }
    let before = part_bytes.get() * u64::from(number - 1);
    Some(ByteCount(part_bytes.get().min(upload.wanted.size.get() - before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_fits_into_ten_thousand_parts() {
        assert_eq!(cut(ByteCount(0)), (ByteCount(0), 1));
        assert_eq!(cut(ByteCount(PART_BYTES)), (ByteCount(PART_BYTES), 1));
        assert_eq!(cut(ByteCount(PART_BYTES + 1)), (ByteCount(PART_BYTES), 2));
        assert_eq!(cut(ByteCount(5 << 30)), (ByteCount(PART_BYTES), 320));
        let (part_bytes, count) = cut(FILE_MAX);
        assert!(count <= PART_COUNT_MAX && part_bytes.get() * u64::from(count) >= FILE_MAX.get());
    }
}
