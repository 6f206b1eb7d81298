//! `GET /explore`: the public catalogue, for people.
//!
//! Search engines are kept out of it, as of every page: who lists a file lists it here, and takes it out here; what
//! a search engine has copied would stay for as long as it likes.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};
use notespot_metadata::MetadataError;
use notespot_metadata::catalogue::CatalogueEntry;
use notespot_protocol::{CatalogueQuery, Cursor, Page, SEARCH_MAX_CHARS};
use url::form_urlencoded;

use super::media::kind_of;
use super::{FormsMayGoTo, Pages, html, words};

/// Many may look at once, and what is taken out is gone from caches as soon. The file itself is in no cache: a link
/// that was ended opens nothing at once.
pub(crate) const CATALOGUE_CACHING: &str = "public, max-age=10";

/// Pages that are looked through for one, where a search finds nothing in the first.
const TRIES: usize = 5;

#[derive(Template)]
#[template(path = "explore.html")]
struct ExplorePage {
    search: String,
    search_max_chars: usize,
    files: Vec<Shown>,
    /// Where the first page is; `None` on it.
    first: Option<String>,
    next: Option<String>,
}

struct Shown {
    url: String,
    name: String,
    description: String,
    facts: String,
    shared_by: String,
    listed: String,
    listed_at: String,
}

pub(super) async fn show(
    State(pages): State<Arc<Pages>>,
    query: Result<Query<CatalogueQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(CatalogueQuery { search, cursor, .. })) = query else { return misread() };
    let search = words::plain(search.unwrap_or_default().trim());
    let search: String = search.chars().take(SEARCH_MAX_CHARS).collect();
    let is_first = cursor.is_none();
    let query = CatalogueQuery { search: Some(search.clone()), cursor, limit: None };
    let Page { items, next } = match some(&pages, query).await {
        Ok(page) => page,
        Err(MetadataError::BadCursor) => return misread(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the catalogue failed");
            return super::failed(
                StatusCode::SERVICE_UNAVAILABLE,
                "Public files cannot be shown at the moment",
                "Something on this server failed. Try again in a moment.",
            );
        }
    };
    let page = ExplorePage {
        files: items.iter().map(Shown::of).collect(),
        first: (!is_first).then(|| address(&search, None)),
        next: next.map(|cursor| address(&search, Some(&cursor))),
        search,
        search_max_chars: SEARCH_MAX_CHARS,
    };
    let mut response = html(StatusCode::OK, &page, &FormsMayGoTo::ThisServer);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(CATALOGUE_CACHING));
    response
}

/// The first page from there on that has anything, as far as it is looked for.
async fn some(pages: &Pages, mut query: CatalogueQuery) -> notespot_metadata::Result<Page<CatalogueEntry>> {
    let mut page = pages.metadata.catalogue(&query).await?;
    for _ in 1..TRIES {
        if !page.items.is_empty() || page.next.is_none() {
            break;
        }
        query.cursor = page.next.take();
        page = pages.metadata.catalogue(&query).await?;
    }
    Ok(page)
}

fn address(search: &str, cursor: Option<&Cursor>) -> String {
    const PATH: &str = "/explore?";
    let mut query = form_urlencoded::Serializer::for_suffix(PATH.to_owned(), PATH.len());
    if !search.is_empty() {
        query.append_pair("search", search);
    }
    if let Some(Cursor(cursor)) = cursor {
        query.append_pair("cursor", cursor);
    }
    query.finish().trim_end_matches('?').to_owned()
}

fn misread() -> Response {
    super::failed(
        StatusCode::BAD_REQUEST,
        "This page cannot be found",
        "Its address is not whole. Begin again at the first page of public files.",
    )
}

impl Shown {
    fn of(entry: &CatalogueEntry) -> Self {
        Self {
            url: format!("/s/{}", entry.slug),
            name: words::plain(entry.name.as_str()),
            description: words::plain(&entry.description),
            facts: format!("{} · {}", kind_of(&entry.content_type, entry.name.as_str()), entry.size),
            shared_by: words::plain(&entry.owner_name),
            listed: words::day(entry.listed_at),
            listed_at: entry.listed_at.to_string(),
        }
    }
}
