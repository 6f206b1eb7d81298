//! What anyone who has a public link may read.

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use notespot_metadata::links::OpenedLink;
use notespot_protocol::{Problem, PublicFile, Slug};

use super::input::Path;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// What a public link opens. Does not count as a view.
#[utoipa::path(
    get,
    path = "/v1/public/{slug}",
    tag = "public",
    security(()),
    params(("slug" = Slug, Path)),
    responses((status = OK, body = PublicFile), (status = GONE, body = Problem), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn public_file(
    State(server): State<Arc<Server>>,
    Path(slug): Path<Slug>,
) -> Answer<Said<PublicFile>> {
    let OpenedLink::File { link, node, version, owner_name } = server.metadata.open_link(&slug).await? else {
        return Err(Refusal::link_ended());
    };
    Ok(Said(PublicFile {
        download_url: format!("{}/s/{slug}/download", server.base()),
        slug,
        name: node.name,
        description: node.description,
        size: version.content.size,
        content_type: version.content.content_type,
        sha256: version.content.sha256,
        shared_by: owner_name,
        uploaded_at: version.content.uploaded_at,
        downloads: link.downloads,
    }))
}
