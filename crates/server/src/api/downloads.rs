//! Downloads by the owner.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use http::StatusCode;
use notespot_metadata::MetadataError;
use notespot_metadata::nodes::StoredVersion;
use notespot_objects::ObjectKey;
use notespot_protocol::{Batch, BatchItem, DamagedContent, DownloadPlan, DownloadRequest, Node, Problem};

use super::input::{Json, item, items};
use super::uploads::PRESIGNED_FOR;
use crate::access::CanRead;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// Presigned requests that read files, with size and checksum: up to 1,000 in a call.
#[utoipa::path(
    post,
    path = "/v1/downloads",
    tag = "downloads",
    security(("bearer" = ["read"])),
    request_body = Batch<DownloadRequest>,
    responses((status = OK, body = Batch<BatchItem<DownloadPlan>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(super) async fn plan(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
    Json(batch): Json<Batch<DownloadRequest>>,
) -> Answer<Said<Batch<BatchItem<DownloadPlan>>>> {
    let batch = items(batch)?;
    let asked: Vec<_> = batch.iter().map(|asked| (asked.node, asked.version)).collect();
    let mut planned = Vec::with_capacity(batch.len());
    for found in server.metadata.stored_versions(&owner, &asked).await? {
        planned.push(item(plan_one(&server, found).await));
    }
    Ok(Said(Batch { items: planned }))
}

/// Say that what was downloaded does not have the checksum that it should have. No upload takes it for its own
/// content from then on.
#[utoipa::path(
    post,
    path = "/v1/downloads/damaged",
    tag = "downloads",
    security(("bearer" = ["read"])),
    request_body = DamagedContent,
    responses((status = NO_CONTENT, description = "It is noted"), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn damaged(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
    Json(DamagedContent { node, version }): Json<DamagedContent>,
) -> Answer<StatusCode> {
    if server.metadata.distrust_content(&owner, node, version).await? {
        tracing::error!(%owner, %node, %version, "a download found a file damaged");
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn plan_one(
    server: &Server,
    found: Result<(Node, StoredVersion), MetadataError>,
) -> Answer<DownloadPlan> {
    let (node, version) = found?;
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
