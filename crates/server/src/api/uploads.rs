//! Uploads: planning, presigning, completing.

mod complete;
mod dedupe;
mod plan;

use std::sync::Arc;
use std::time::Duration;

use axum::Json as Said;
use axum::extract::State;
use http::StatusCode;
use notespot_metadata::uploads::StoredUpload;
use notespot_objects::{ObjectError, ObjectInfo, ObjectKey};
use notespot_protocol::{
    Batch, BatchItem, ByteCount, Checksum, CompleteUpload, NewUpload, Node, PartToSend, PresignParts,
    PresignedPart, Problem, ProveUpload, UploadId, UploadPlan, UploadState, UploadStatus,
};

use super::input::{Json, Path, item, items};
use crate::access::{CanUpload, Uploader};
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// How long a presigned request may be begun. Parts are presigned just in time, and again on
/// demand; a part under way when it ends goes on.
pub(in crate::api) const PRESIGNED_FOR: Duration = Duration::from_mins(15);

/// How many items of a batch are worked on at once.
const AT_ONCE: usize = 16;

/// Plan uploads: up to 1,000 in a call. Each succeeds or fails alone.
#[utoipa::path(
    post,
    path = "/v1/uploads",
    tag = "uploads",
    security(("bearer" = ["upload"])),
    request_body = Batch<NewUpload>,
    responses((status = OK, body = Batch<BatchItem<UploadPlan>>), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub(super) async fn plan(
    State(server): State<Arc<Server>>,
    uploader: Uploader,
    Json(batch): Json<Batch<NewUpload>>,
) -> Answer<Said<Batch<BatchItem<UploadPlan>>>> {
    let batch = items(batch)?;
    plan::check_parts(&batch)?;
    let planned = plan::plan_all(&server, &uploader, batch).await?;
    Ok(Said(Batch { items: planned.into_iter().map(item).collect() }))
}

/// Verify and publish uploads: up to 1,000 in a call. Each succeeds or fails alone; completing again
/// answers the same file.
#[utoipa::path(
    post,
    path = "/v1/uploads/complete",
    tag = "uploads",
    security(("bearer" = ["upload"])),
    request_body = Batch<CompleteUpload>,
    responses((status = OK, body = Batch<BatchItem<Node>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(super) async fn complete(
    State(server): State<Arc<Server>>,
    uploader: Uploader,
    Json(batch): Json<Batch<CompleteUpload>>,
) -> Answer<Said<Batch<BatchItem<Node>>>> {
    let completed = complete::complete_all(&server, &uploader, items(batch)?).await?;
    Ok(Said(Batch { items: completed.into_iter().map(item).collect() }))
}

/// Publish content that you have here already, without sending it: up to 1,000 in a call. Each succeeds or
/// fails alone. A challenge is good for one answer; proving again what was published answers the same file.
#[utoipa::path(
    post,
    path = "/v1/uploads/prove",
    tag = "uploads",
    security(("bearer" = ["upload"])),
    request_body = Batch<ProveUpload>,
    responses((status = OK, body = Batch<BatchItem<Node>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(super) async fn prove(
    State(server): State<Arc<Server>>,
    CanUpload(owner): CanUpload,
    Json(batch): Json<Batch<ProveUpload>>,
) -> Answer<Said<Batch<BatchItem<Node>>>> {
    let proven = dedupe::prove_all(&server, &owner, items(batch)?).await?;
    Ok(Said(Batch { items: proven.into_iter().map(item).collect() }))
}

/// Presign requests for the parts that are to be sent next.
#[utoipa::path(
    post,
    path = "/v1/uploads/{id}/parts",
    tag = "uploads",
    security(("bearer" = ["upload"])),
    params(("id" = UploadId, Path)),
    request_body = PresignParts,
    responses(
        (status = OK, body = Vec<PresignedPart>),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "These are not parts of this upload")
    )
)]
pub(super) async fn presign(
    State(server): State<Arc<Server>>,
    CanUpload(owner): CanUpload,
    Path(id): Path<UploadId>,
    Json(PresignParts { parts }): Json<PresignParts>,
) -> Answer<Said<Vec<PresignedPart>>> {
    let parts = items(Batch { items: parts })?;
    let upload = server.metadata.upload(&owner, id).await?;
    Ok(Said(plan::presign(&server, &upload, &parts).await?))
}

/// What has arrived.
#[utoipa::path(
    get,
    path = "/v1/uploads/{id}",
    tag = "uploads",
    security(("bearer" = ["upload"])),
    params(("id" = UploadId, Path)),
    responses((status = OK, body = UploadStatus), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn status(
    State(server): State<Arc<Server>>,
    CanUpload(owner): CanUpload,
    Path(id): Path<UploadId>,
) -> Answer<Said<UploadStatus>> {
    let upload = server.metadata.upload(&owner, id).await?;
    let arrived =
        if upload.state == UploadState::Open { arrived(&server, &upload).await? } else { Vec::new() };
    Ok(Said(UploadStatus { id, state: upload.state, arrived, node: upload.node }))
}

/// Give an upload up; what has arrived goes.
#[utoipa::path(
    delete,
    path = "/v1/uploads/{id}",
    tag = "uploads",
    security(("bearer" = ["upload"])),
    params(("id" = UploadId, Path)),
    responses((status = NO_CONTENT, description = "It is given up"), (status = CONFLICT, body = Problem))
)]
pub(super) async fn abort(
    State(server): State<Arc<Server>>,
    CanUpload(owner): CanUpload,
    Path(id): Path<UploadId>,
) -> Answer<StatusCode> {
    server.metadata.abort_upload(&owner, id).await?;
    server.orphaned.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// The parts that the object store holds.
async fn arrived(server: &Server, upload: &StoredUpload) -> Answer<Vec<PartToSend>> {
    let key = key_of(upload)?;
    let listed =
        match &upload.destination.multipart_id {
            Some(multipart_id) => {
                server.objects.list_parts(&key, multipart_id).await.map(|parts| {
                    parts.into_iter().map(|part| (part.number, part.size, part.checksum)).collect()
                })
            }
            None => server.objects.head(&key).await.map(|ObjectInfo { size, checksum }| {
                vec![(1, size, checksum.map(|checksum| checksum.value))]
            }),
        };
    let mut listed: Vec<(u32, ByteCount, Option<Checksum>)> = match listed {
        Ok(parts) => parts,
        Err(ObjectError::NotFound) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let sent = upload.destination.checksum;
    for (_, _, checksum) in &mut listed {
        // Some stores list one of their own.
        *checksum = checksum.filter(|listed| listed.algorithm() == sent);
    }
    let is_silent = listed.iter().any(|(_, _, checksum)| checksum.is_none());
    if is_silent && server.objects.holds_what_was_presigned().await {
        let announced = server.metadata.announced_parts(&upload.owner, upload.id).await?;
        for (number, size, checksum) in &mut listed {
            let is_whole = plan::size_of_part(upload, *number) == Some(*size);
            *checksum = checksum.or_else(|| announced.get(number).copied().filter(|_| is_whole));
        }
    }
    let known =
        |(number, size, checksum): (_, _, Option<_>)| Some(PartToSend { number, size, checksum: checksum? });
    Ok(listed.into_iter().filter_map(known).collect())
}

/// Keys come from our own records: one that cannot be read is a damaged record.
pub(super) fn key_of(upload: &StoredUpload) -> Answer<ObjectKey> {
    ObjectKey::parse(&upload.destination.object_key)
        .map_err(|error| Refusal::unavailable("an upload's record", &error))
}
