//! Downloads by the owner.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use futures_util::{StreamExt as _, stream};
use notespot_objects::ObjectKey;
use notespot_protocol::{Batch, BatchItem, DownloadPlan, DownloadRequest, Problem, UserId};

use super::input::{Json, item, items};
use super::uploads::PRESIGNED_FOR;
use crate::access::CanRead;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

const AT_ONCE: usize = 16;

/// Presigned requests that read files, with size and checksum: up to 1,000 in a call.
#[utoipa::path(
    post,
    path = "/v1/downloads",
    tag = "downloads",
    request_body = Batch<DownloadRequest>,
    responses((status = OK, body = Batch<BatchItem<DownloadPlan>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(super) async fn plan(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
    Json(batch): Json<Batch<DownloadRequest>>,
) -> Answer<Said<Batch<BatchItem<DownloadPlan>>>> {
    let planned = stream::iter(items(batch)?)
        .map(|request| plan_one(&server, &owner, request))
        .buffered(AT_ONCE)
        .map(item)
        .collect()
        .await;
    Ok(Said(Batch { items: planned }))
}

async fn plan_one(server: &Server, owner: &UserId, wanted: DownloadRequest) -> Answer<DownloadPlan> {
    let (node, version) = server.metadata.stored_version(owner, wanted.node, wanted.version).await?;
    let key = ObjectKey::parse(&version.object_key)
        .map_err(|error| Refusal::unavailable("a file's record", &error))?;
    let request = server.objects.presign_get(&key, PRESIGNED_FOR).await?;
    Ok(DownloadPlan {
        node: node.id,
        version: version.content.version,
        name: node.name,
        size: version.content.size,
        sha256: version.content.sha256,
        modified_at: version.source_modified_at,
        request,
    })
}
