//! The trash as a whole.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use notespot_protocol::EmptiedTrash;

use crate::access::CanManage;
use crate::problems::Answer;
use crate::state::Server;

/// Delete for ever what is in the trash: about 5,000 files and folders in a call. While there is more, ask again.
#[utoipa::path(post, path = "/v1/trash/empty", tag = "nodes", operation_id = "empty_trash", security(("bearer" = ["manage"])), responses((status = OK, body = EmptiedTrash)))]
pub(super) async fn empty(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
) -> Answer<Said<EmptiedTrash>> {
    let emptied = server.metadata.empty_trash(&owner).await?;
    server.orphaned.notify_one();
    Ok(Said(emptied))
}
