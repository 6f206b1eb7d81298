//! How content is cut into parts, and requests for them.

use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use notespot_metadata::MetadataError;
use notespot_metadata::uploads::{Destination, StoredUpload, Wanted};
use notespot_objects::ObjectKey;
use notespot_protocol::{
    BATCH_MAX, ByteCount, ErrorCode, NewUpload, OnConflict, PART_COUNT_MAX, PartToSend, PresignedPart,
    Sha256, UploadPlan, UploadState,
};

use super::{AT_ONCE, PRESIGNED_FOR, dedupe, key_of};
use crate::access::{Uploader, forbidden};
use crate::api::input::at_most;
use crate::api::places::take_refused;
use crate::problems::{Answer, Refusal};
use crate::state::{FILE_MAX, Server};

/// Content up to this size is sent in one request; larger content in parts of at least this size.
const PART_BYTES: u64 = 16 * MIB;
const MIB: u64 = 1024 * 1024;
const CONTENT_TYPE_MAX_CHARS: usize = 200;
const CONTENT_TYPE_UNKNOWN: &str = "application/octet-stream";

/// Plans uploads; each is planned or refused alone. The same client reference gives the same plan.
pub(super) async fn plan_all(
    server: &Server,
    uploader: &Uploader,
    batch: Vec<NewUpload>,
) -> Answer<Vec<Answer<UploadPlan>>> {
    let owner = &uploader.owner;
    let mut next_key = ObjectKey::generate_group();
    let prepared = stream::iter(batch.into_iter().map(|new| (new, next_key())))
        .map(|(new, key)| prepare(server, uploader, new, key))
        .buffered(AT_ONCE);
    let (prepared, places) = take_refused(prepared.collect().await);
    let wanted: Vec<_> = prepared.iter().map(|one| (one.wanted.clone(), one.destination.clone())).collect();
    let kept = server.metadata.begin_uploads(owner, &wanted).await;
    give_up_unused(server, &prepared, kept.as_deref().unwrap_or_default()).await;
    let claims: Vec<_> = prepared.iter().map(|one| (one.wanted.size, one.sha256)).collect();
    let plans = stream::iter(kept?.into_iter().zip(prepared))
        .map(|(kept, prepared)| plan_of(server, kept, prepared))
        .buffered(AT_ONCE);
    let mut plans: Vec<_> = plans.collect().await;
    dedupe::offer(server, uploader, &claims, &mut plans).await?;
    Ok(places.put_back(plans))
}

async fn plan_of(
    server: &Server,
    kept: Result<StoredUpload, MetadataError>,
    prepared: Prepared,
) -> Answer<UploadPlan> {
    let upload = kept?;
    let checksum = upload.destination.checksum;
    let requests = match upload.state {
        UploadState::Open => {
            // The client could not know which checksum it would be: it asks again with that.
            let mut parts = prepared.parts;
            parts.retain(|part| part.checksum.algorithm() == checksum);
            presign(server, &upload, &parts).await?
        }
        UploadState::Published | UploadState::Aborted => Vec::new(),
    };
    Ok(UploadPlan {
        id: upload.id,
        client_ref: upload.wanted.client_ref,
        part_bytes: upload.destination.part_bytes,
        part_count: upload.destination.part_count,
        checksum,
        state: upload.state,
        // Keys are never made twice: another one, or one that was looked up, is an earlier call's.
        resumed: !prepared.is_new || upload.destination != prepared.destination,
        same_size: false,
        challenge: None,
        requests,
    })
}

/// Refuses more parts than a call may ask requests for: each is signed, and each takes room in the
/// answer.
pub(super) fn check_parts(batch: &[NewUpload]) -> Answer<()> {
    let parts: usize = batch.iter().map(|new| new.parts.len()).sum();
    if parts > BATCH_MAX {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::TooLarge,
            format!("At most {BATCH_MAX} parts can be announced in one call."),
        ));
    }
    Ok(())
}

/// An upload that may be kept.
struct Prepared {
    wanted: Wanted,
    destination: Destination,
    /// Whether the destination was made for it, and not looked up.
    is_new: bool,
    /// Of the content, where the client knows it.
    sha256: Option<Sha256>,
    /// To be presigned at once.
    parts: Vec<PartToSend>,
}

async fn prepare(
    server: &Server,
    uploader: &Uploader,
    new: NewUpload,
    object_key: ObjectKey,
) -> Answer<Prepared> {
    check(&new)?;
    if new.on_conflict == OnConflict::Replace && !uploader.may_replace {
        return Err(forbidden("This token may add files, and not replace those that are there."));
    }
    let guessed = mime_guess::from_path(new.name.as_str()).first_raw().unwrap_or(CONTENT_TYPE_UNKNOWN);
    let wanted = Wanted::from_new(&new, guessed);
    let (parts, sha256) = (new.parts, new.sha256);
    let (part_bytes, part_count) = cut(new.size);
    let mut destination = Destination {
        object_key: object_key.to_string(),
        multipart_id: None,
        part_bytes,
        part_count,
        checksum: server.objects.checksum_algorithm().await?,
    };
    if part_count == 1 {
        return Ok(Prepared { wanted, destination, is_new: true, sha256, parts });
    }
    // A multipart upload costs the store something: not for one that was planned before.
    if let Some(planned) = server.metadata.upload_by_ref(&uploader.owner, new.client_ref).await? {
        let destination = planned.destination;
        return Ok(Prepared { wanted, destination, is_new: false, sha256, parts });
    }
    destination.multipart_id =
        Some(server.objects.create_multipart(&object_key, destination.checksum).await?);
    Ok(Prepared { wanted, destination, is_new: true, sha256, parts })
}

fn check(new: &NewUpload) -> Answer<()> {
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
    Ok(())
}

/// Gives up the multipart uploads that no record names: of refused uploads, of lost races, and all of
/// them when there was no answer.
async fn give_up_unused(
    server: &Server,
    prepared: &[Prepared],
    kept: &[Result<StoredUpload, MetadataError>],
) {
    for (at, Prepared { destination, .. }) in prepared.iter().enumerate().filter(|(_, one)| one.is_new) {
        if matches!(kept.get(at), Some(Ok(upload)) if upload.destination == *destination) {
            continue;
        }
        let (Some(id), Ok(key)) = (&destination.multipart_id, ObjectKey::parse(&destination.object_key))
        else {
            continue;
        };
        if let Err(error) = server.objects.abort_multipart(&key, id).await {
            // Nothing was sent to it: it is a name without bytes.
            tracing::warn!(error = &error as &dyn std::error::Error, "an unused multipart upload is left");
        }
    }
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
            return Err(Refusal::unfit(format!(
                "Part {} is not one of this upload's {} parts, or has another size.",
                part.number, upload.destination.part_count
            )));
        }
        if part.checksum.algorithm() != upload.destination.checksum {
            let name = upload.destination.checksum.as_str();
            return Err(Refusal::unfit(format!("The parts of this upload are verified with {name}.")));
        }
        let request = match &upload.destination.multipart_id {
            Some(id) => server.objects.presign_part(&key, id, part, PRESIGNED_FOR).await?,
            None => server.objects.presign_put(&key, part, PRESIGNED_FOR).await?,
        };
        presigned.push(PresignedPart { number: part.number, request });
    }
    let is_in_parts = upload.destination.multipart_id.is_some() && !parts.is_empty();
    if is_in_parts && server.objects.holds_what_was_presigned().await {
        // Before any of them can be sent.
        let announced: Vec<_> = parts.iter().map(|part| (part.number, part.checksum)).collect();
        server.metadata.announce_parts(&upload.owner, upload.id, &announced).await?;
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
