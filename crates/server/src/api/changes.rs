//! The change feed.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use notespot_metadata::changes::{StoredChange, StoredChanges};
use notespot_protocol::{CHANGES_PAGE_MAX, Change, ChangeKind, ChangesPage, ChangesQuery, Problem};

use super::input::{Query, page_of};
use crate::access::CanRead;
use crate::problems::Answer;
use crate::state::Server;

/// What changed after a revision, in order.
#[utoipa::path(
    get,
    path = "/v1/changes",
    tag = "changes",
    security(("bearer" = ["read"])),
    params(ChangesQuery),
    responses((status = OK, body = ChangesPage), (status = GONE, body = Problem, description = "This goes back too far: read everything afresh"))
)]
pub(super) async fn changes(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
    Query(query): Query<ChangesQuery>,
) -> Answer<Said<ChangesPage>> {
    page_of(query.limit, CHANGES_PAGE_MAX)?;
    let StoredChanges { changes, revision, newest, more } = server.metadata.changes(&owner, &query).await?;
    let changes = changes.into_iter().map(|change| told(&server, change)).collect();
    Ok(Said(ChangesPage { changes, revision, newest, more }))
}

fn told(server: &Server, change: StoredChange) -> Change {
    let revision = change.revision();
    let kind = match change {
        StoredChange::Node(node) => ChangeKind::Node { node: *node },
        StoredChange::NodeDeleted { id, .. } => ChangeKind::NodeDeleted { id },
        StoredChange::Link(link) => ChangeKind::Link { link: server.public_link(link) },
    };
    Change { revision, kind }
}
