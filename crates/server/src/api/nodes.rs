//! Files and folders.

pub(super) mod many;
mod noted;

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use http::StatusCode;
use notespot_metadata::uploads::only;
use notespot_protocol::{
    DESCRIPTION_MAX_CHARS, NODES_PAGE_MAX, NewFolder, Node, NodeAt, NodeId, NodePatch, NodesQuery, Page,
    Problem, TAG_MAX_CHARS, TAGS_MAX,
};

use self::noted::By;
use super::input::{IfMatch, Json, Path, Query, at_most, page_of};
use crate::access::{CanManage, CanRead, CanUpload};
use crate::client_address::Origin;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// One page of a list.
#[utoipa::path(get, path = "/v1/nodes", tag = "nodes", security(("bearer" = ["read"])), params(NodesQuery), responses((status = OK, body = Page<Node>), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
    Query(query): Query<NodesQuery>,
) -> Answer<Said<Page<Node>>> {
    page_of(query.limit, NODES_PAGE_MAX)?;
    Ok(Said(server.metadata.list_nodes(&owner, &query).await?))
}

/// Make a folder.
#[utoipa::path(
    post,
    path = "/v1/nodes",
    tag = "nodes",
    security(("bearer" = ["upload"])),
    request_body = NewFolder,
    responses(
        (status = OK, body = Node),
        (status = NOT_FOUND, body = Problem, description = "The folder that is to hold it is not there"),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn create_folder(
    State(server): State<Arc<Server>>,
    CanUpload(owner): CanUpload,
    Json(folder): Json<NewFolder>,
) -> Answer<Said<Node>> {
    Ok(Said(server.metadata.create_folder(&owner, &folder).await?))
}

/// One file or folder; in the trash too.
#[utoipa::path(
    get,
    path = "/v1/nodes/{id}",
    tag = "nodes",
    security(("bearer" = ["read"])),
    params(("id" = NodeId, Path)),
    responses((status = OK, body = Node), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn get(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
    Path(id): Path<NodeId>,
) -> Answer<Said<Node>> {
    Ok(Said(server.metadata.node(&owner, id).await?))
}

/// Rename, move, describe or tag. With `If-Match`, only at that revision.
#[utoipa::path(
    patch,
    path = "/v1/nodes/{id}",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    params(("id" = NodeId, Path), IfMatch),
    request_body = NodePatch,
    responses(
        (status = OK, body = Node),
        (status = CONFLICT, body = Problem),
        (status = PRECONDITION_FAILED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn edit(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Path(id): Path<NodeId>,
    if_match: IfMatch,
    Json(patch): Json<NodePatch>,
) -> Answer<Said<Node>> {
    check(&patch)?;
    Ok(Said(server.metadata.edit_node(&owner, id, &patch, if_match.known).await?))
}

/// Refuses descriptions and tags that are too long.
fn check(patch: &NodePatch) -> Answer<()> {
    if let Some(description) = &patch.description {
        at_most(DESCRIPTION_MAX_CHARS, "The description", description)?;
    }
    if let Some(tags) = &patch.tags {
        if tags.len() > TAGS_MAX {
            return Err(Refusal::bad_request(format!("{TAGS_MAX} tags is the most.")));
        }
        tags.iter().try_for_each(|tag| at_most(TAG_MAX_CHARS, "A tag", tag))?;
    }
    Ok(())
}

/// Move to the trash, with everything inside. With `If-Match`, only at that revision.
#[utoipa::path(
    post,
    path = "/v1/nodes/{id}/trash",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    params(("id" = NodeId, Path), IfMatch),
    responses(
        (status = OK, body = Node),
        (status = CONFLICT, body = Problem),
        (status = PRECONDITION_FAILED, body = Problem)
    )
)]
pub(super) async fn trash(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Path(id): Path<NodeId>,
    from: Origin,
    if_match: IfMatch,
) -> Answer<Said<Node>> {
    let node = NodeAt { id, if_match: if_match.known };
    Ok(Said(only(noted::trash(server, By(owner, from), vec![node]).await?)?))
}

/// Take out of the trash. With `If-Match`, only at that revision.
#[utoipa::path(
    post,
    path = "/v1/nodes/{id}/restore",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    params(("id" = NodeId, Path), IfMatch),
    responses(
        (status = OK, body = Node),
        (status = CONFLICT, body = Problem),
        (status = PRECONDITION_FAILED, body = Problem)
    )
)]
pub(super) async fn restore(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Path(id): Path<NodeId>,
    from: Origin,
    if_match: IfMatch,
) -> Answer<Said<Node>> {
    let node = NodeAt { id, if_match: if_match.known };
    Ok(Said(only(noted::restore(server, By(owner, from), vec![node]).await?)?))
}

/// Delete for ever what is in the trash, with everything inside.
#[utoipa::path(
    delete,
    path = "/v1/nodes/{id}",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    params(("id" = NodeId, Path)),
    responses(
        (status = NO_CONTENT, description = "It is gone"),
        (status = CONFLICT, body = Problem, description = "It is not in the trash")
    )
)]
pub(super) async fn delete(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Path(id): Path<NodeId>,
    from: Origin,
) -> Answer<StatusCode> {
    only(noted::delete(server, By(owner, from), vec![NodeAt { id, if_match: None }]).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
