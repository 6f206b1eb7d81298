//! Public links.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use notespot_metadata::links::GivenLink;
use notespot_protocol::{LinkPatch, NewLink, Problem, PublicLink, Slug};

use super::input::{IfMatch, Json, Path};
use crate::access::{CanManage, CanRead};
use crate::audit;
use crate::client_address::Origin;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// The most links that a list holds; the change feed has all of them.
const LINKS_MAX: u32 = 1000;

/// The file's public link; made where there is none.
#[utoipa::path(
    post,
    path = "/v1/links",
    tag = "links",
    security(("bearer" = ["manage"])),
    request_body = NewLink,
    responses((status = OK, body = PublicLink), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem))
)]
pub(super) async fn create(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    from: Origin,
    Json(NewLink { node, slug }): Json<NewLink>,
) -> Answer<Said<PublicLink>> {
    audit::to_its_end(async move {
        let GivenLink { link, made } = server.metadata.create_link(&owner, node, slug).await?;
        // The link that the file had is nobody's new access.
        if made {
            audit::link_made(&owner, &from, &link);
        }
        Ok(Said(server.public_link(link)))
    })
    .await
}

/// All living links, newest first; at most 1,000.
#[utoipa::path(get, path = "/v1/links", tag = "links", security(("bearer" = ["read"])), responses((status = OK, body = Vec<PublicLink>)))]
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
) -> Answer<Said<Vec<PublicLink>>> {
    let links = server.metadata.links(&owner, LINKS_MAX).await?;
    Ok(Said(links.into_iter().map(|link| server.public_link(link)).collect()))
}

/// One link, with its views and downloads.
#[utoipa::path(
    get,
    path = "/v1/links/{slug}",
    tag = "links",
    security(("bearer" = ["read"])),
    params(("slug" = Slug, Path)),
    responses((status = OK, body = PublicLink), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn get(
    State(server): State<Arc<Server>>,
    CanRead(owner): CanRead,
    Path(slug): Path<Slug>,
) -> Answer<Said<PublicLink>> {
    let link = server.metadata.link(&owner, &slug).await?;
    Ok(Said(server.public_link(link)))
}

/// List the link's file in the public catalogue, or take it out. With `If-Match`, only at that revision of the link.
#[utoipa::path(
    patch,
    path = "/v1/links/{slug}",
    tag = "links",
    security(("bearer" = ["manage"])),
    params(("slug" = Slug, Path), IfMatch),
    request_body = LinkPatch,
    responses(
        (status = OK, body = PublicLink),
        (status = NOT_FOUND, body = Problem),
        (status = GONE, body = Problem, description = "The link has ended"),
        (status = PRECONDITION_FAILED, body = Problem)
    )
)]
pub(super) async fn edit(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Path(slug): Path<Slug>,
    from: Origin,
    if_match: IfMatch,
    Json(LinkPatch { listed }): Json<LinkPatch>,
) -> Answer<Said<PublicLink>> {
    audit::to_its_end(async move {
        let link = match listed {
            Some(listed) => {
                let link = server.metadata.list_link(&owner, &slug, listed, if_match.known).await?;
                audit::link_listed(&owner, &from, &link);
                link
            }
            None => server.metadata.link(&owner, &slug).await?,
        };
        if link.ended_at.is_some() {
            return Err(Refusal::link_ended());
        }
        Ok(Said(server.public_link(link)))
    })
    .await
}

/// End a link, at once and for ever.
#[utoipa::path(
    delete,
    path = "/v1/links/{slug}",
    tag = "links",
    security(("bearer" = ["manage"])),
    params(("slug" = Slug, Path)),
    responses((status = OK, body = PublicLink), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn end(
    State(server): State<Arc<Server>>,
    CanManage(owner): CanManage,
    Path(slug): Path<Slug>,
    from: Origin,
) -> Answer<Said<PublicLink>> {
    audit::to_its_end(async move {
        let link = server.metadata.end_link(&owner, &slug).await?;
        audit::link_ended(&owner, &from, &link);
        Ok(Said(server.public_link(link)))
    })
    .await
}
