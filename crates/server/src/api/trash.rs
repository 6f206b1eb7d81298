//! The trash as a whole.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use notespot_protocol::EmptiedTrash;

use crate::access::CanManage;
use crate::audit;
use crate::client_address::Origin;
use crate::problems::Answer;
use crate::state::Server;

/// Delete for ever what is in the trash: about 5,000 files and folders in a call. While there is more, ask again.
#[utoipa::path(post, path = "/v1/trash/empty", tag = "nodes", operation_id = "empty_trash", security(("bearer" = ["manage"])), responses((status = OK, body = EmptiedTrash)))]
pub(super) async fn empty(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    from: Origin,
) -> Answer<Said<EmptiedTrash>> {
    audit::to_its_end(async move {
        let emptied = server.metadata.empty_trash(&owner).await?;
        if emptied.deleted > 0 {
            audit::trash_emptied(&owner, &from, emptied.deleted);
        }
        server.orphaned.notify_one();
        Ok(Said(emptied))
    })
    .await
}
