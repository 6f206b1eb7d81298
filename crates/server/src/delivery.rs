//! Delivery of public files: `/s/{slug}/download` and `/s/{slug}/preview`.
//!
//! The bytes pass through the server, so that ending a link stops everything at once: each request
//! asks whether the link lives, and a download under way asks again every second.
//!
//! A download counts when its last byte is handed to the connection: the response that carries the
//! file's last byte counts, so a download that was resumed with ranges counts once. Pages, previews
//! and HEAD never count.

mod counted;
mod headers;
mod range;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::HeaderMap;
use http::{Method, StatusCode};
use notespot_metadata::MetadataError;
use notespot_metadata::links::OpenedLink;
use notespot_objects::ObjectKey;
use notespot_protocol::Slug;

use self::headers::Shape;
use self::range::Wanted;
use crate::pages;
use crate::state::Server;

pub(crate) fn router(server: Arc<Server>) -> Router {
    Router::new()
        .route("/s/{slug}/download", get(download))
        .route("/s/{slug}/preview", get(preview))
        .with_state(server)
}

async fn download(
    server: State<Arc<Server>>,
    slug: Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    deliver(server, slug, &method, &headers, Shape::Attachment).await
}

async fn preview(
    server: State<Arc<Server>>,
    slug: Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    deliver(server, slug, &method, &headers, Shape::Inline).await
}

async fn deliver(
    State(server): State<Arc<Server>>,
    Path(slug): Path<String>,
    method: &Method,
    headers: &HeaderMap,
    shape: Shape,
) -> Response {
    let Ok(slug) = slug.parse::<Slug>() else { return pages::not_found() };
    let (node, version) = match server.metadata.open_link(&slug).await {
        Ok(OpenedLink::File { node, version, .. }) => (node, version),
        Ok(OpenedLink::Ended) => return pages::ended(),
        Err(MetadataError::NotFound) => return pages::not_found(),
        Err(error) => return failed(&error),
    };
    let content = &version.content;
    let Some(answer_headers) = headers::of(&node.name, content, shape) else { return pages::not_found() };
    let size = content.size.get();
    let etag = headers::etag(content);
    // RFC 9110 §14.2: a range says something with GET only.
    let wanted =
        if *method == Method::HEAD { Wanted::Everything } else { range::wanted(headers, size, &etag) };
    let (status, range, content_range) = match wanted {
        Wanted::Everything => (StatusCode::OK, None, None),
        Wanted::Part(range) => {
            let said = format!("bytes {}-{}/{size}", range.first, range.last);
            (StatusCode::PARTIAL_CONTENT, Some(range), Some(said))
        }
        Wanted::Nothing => {
            let said = format!("bytes */{size}");
            return (StatusCode::RANGE_NOT_SATISFIABLE, [("content-range", said)]).into_response();
        }
    };
    let length = range.map_or(size, |range| range.last - range.first + 1);
    let body = if *method == Method::HEAD {
        Body::empty()
    } else {
        let bytes = match ObjectKey::parse(&version.object_key) {
            Ok(key) => server.objects.read(&key, range).await,
            Err(error) => Err(error),
        };
        let ends_file = range.is_none_or(|range| range.last + 1 == size);
        match bytes {
            Ok(bytes) => {
                let counts = ends_file && shape == Shape::Attachment;
                counted::body(server, slug, bytes, length, counts).await
            }
            Err(error) => return failed(&error),
        }
    };
    let mut response =
        (status, answer_headers, [("content-length", length.to_string())], body).into_response();
    if let Some(said) = content_range.and_then(|said| http::HeaderValue::try_from(said).ok()) {
        response.headers_mut().insert(http::header::CONTENT_RANGE, said);
    }
    response
}

fn failed(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a public file could not be delivered");
    pages::failed(
        StatusCode::SERVICE_UNAVAILABLE,
        "This file cannot be delivered at the moment",
        "Something on this server failed. Try again in a moment.",
    )
}
