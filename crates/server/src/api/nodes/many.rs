//! Many files and folders in one call: each is changed or refused alone, in the order given.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use notespot_metadata::Result as MetadataResult;
use notespot_protocol::{Batch, BatchItem, CopyNode, Node, NodeAt, NodeEdit, NodeId, Problem};

use super::super::input::{Json, item, items};
use super::super::places::take_refused;
use super::noted::By;
use super::{check, noted};
use crate::access::CanManage;
use crate::client_address::Origin;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

type Outcomes<T> = Said<Batch<BatchItem<T>>>;

/// Rename, move, describe or tag: up to 1,000 in a call. Each succeeds or fails alone, and sees those before it.
#[utoipa::path(
    post,
    path = "/v1/nodes/edit",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    request_body = Batch<NodeEdit>,
    responses((status = OK, body = Batch<BatchItem<Node>>), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub(in crate::api) async fn edit_many(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Json(batch): Json<Batch<NodeEdit>>,
) -> Answer<Outcomes<Node>> {
    let checked = items(batch)?.into_iter().map(|edit| check(&edit.patch).map(|()| edit)).collect();
    let (edits, refused) = take_refused(checked);
    let edited = server.metadata.edit_nodes(&owner, &edits).await?;
    Ok(Said(Batch { items: refused.put_back(edited).into_iter().map(item).collect() }))
}

/// Move to the trash, with everything inside: up to 1,000 in a call. Each succeeds or fails alone.
#[utoipa::path(
    post,
    path = "/v1/nodes/trash",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    request_body = Batch<NodeAt>,
    responses((status = OK, body = Batch<BatchItem<Node>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(in crate::api) async fn trash_many(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    from: Origin,
    Json(batch): Json<Batch<NodeAt>>,
) -> Answer<Outcomes<Node>> {
    Ok(told(noted::trash(server, By(owner, from), items(batch)?).await?))
}

/// Take out of the trash: up to 1,000 in a call. Each succeeds or fails alone.
#[utoipa::path(
    post,
    path = "/v1/nodes/restore",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    request_body = Batch<NodeAt>,
    responses((status = OK, body = Batch<BatchItem<Node>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(in crate::api) async fn restore_many(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    from: Origin,
    Json(batch): Json<Batch<NodeAt>>,
) -> Answer<Outcomes<Node>> {
    Ok(told(noted::restore(server, By(owner, from), items(batch)?).await?))
}

/// Delete for ever what is in the trash, with everything inside: up to 1,000 in a call. Each succeeds or fails
/// alone; what is gone is answered with its id. Something large goes in steps: a call that is cut off is sent again.
#[utoipa::path(
    post,
    path = "/v1/nodes/delete",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    request_body = Batch<NodeAt>,
    responses((status = OK, body = Batch<BatchItem<NodeId>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(in crate::api) async fn delete_many(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    from: Origin,
    Json(batch): Json<Batch<NodeAt>>,
) -> Answer<Outcomes<NodeId>> {
    let nodes = items(batch)?;
    let deleted = noted::delete(server, By(owner, from), nodes.clone()).await?;
    let gone = deleted.into_iter().zip(nodes).map(|(outcome, node)| outcome.map(|()| node.id));
    Ok(told(gone.collect()))
}

/// Copy files, and folders with everything that lives inside: up to 1,000 in a call, which may come to 100,000
/// files and folders. Each succeeds or fails alone; the same `client_ref` gives the same copy.
#[utoipa::path(
    post,
    path = "/v1/nodes/copy",
    tag = "nodes",
    security(("bearer" = ["manage"])),
    request_body = Batch<CopyNode>,
    responses((status = OK, body = Batch<BatchItem<Node>>), (status = PAYLOAD_TOO_LARGE, body = Problem))
)]
pub(in crate::api) async fn copy_many(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Json(batch): Json<Batch<CopyNode>>,
) -> Answer<Outcomes<Node>> {
    Ok(told(server.metadata.copy_nodes(&owner, &items(batch)?).await?))
}

fn told<T>(outcomes: Vec<MetadataResult<T>>) -> Outcomes<T> {
    let items = outcomes.into_iter().map(|outcome| item(outcome.map_err(Refusal::from)));
    Said(Batch { items: items.collect() })
}
