//! The public catalogue, for programs. People browse it at [`/explore`](crate::pages).

use std::sync::Arc;

use axum::Json as Said;
use axum::extract::State;
use http::HeaderName;
use http::header::CACHE_CONTROL;
use notespot_metadata::catalogue::CatalogueEntry;
use notespot_protocol::{CATALOGUE_PAGE_MAX, CatalogueQuery, ListedFile, Page, Problem, SEARCH_MAX_CHARS};

use super::input::{Query, at_most, page_of};
use crate::pages::CATALOGUE_CACHING;
use crate::problems::Answer;
use crate::state::Server;

/// Public files of everybody, what was listed last first. Needs no sign-in.
#[utoipa::path(
    get,
    path = "/v1/catalogue",
    tag = "public",
    security(()),
    params(CatalogueQuery),
    responses((status = OK, body = Page<ListedFile>), (status = UNPROCESSABLE_ENTITY, body = Problem, description = "The cursor belongs to another list"))
)]
pub(super) async fn list(
    State(server): State<Arc<Server>>,
    Query(query): Query<CatalogueQuery>,
) -> Answer<([(HeaderName, &'static str); 1], Said<Page<ListedFile>>)> {
    page_of(query.limit, CATALOGUE_PAGE_MAX)?;
    at_most(SEARCH_MAX_CHARS, "The text to search for", query.search.as_deref().unwrap_or_default())?;
    let Page { items, next } = server.metadata.catalogue(&query).await?;
    let items = items.into_iter().map(|entry| listed(&server, entry)).collect();
    Ok(([(CACHE_CONTROL, CATALOGUE_CACHING)], Said(Page { items, next })))
}

fn listed(server: &Server, entry: CatalogueEntry) -> ListedFile {
    ListedFile {
        url: server.link_url(&entry.slug),
        slug: entry.slug,
        name: entry.name,
        size: entry.size,
        content_type: entry.content_type,
        description: entry.description,
        shared_by: entry.owner_name,
        listed_at: entry.listed_at,
    }
}
