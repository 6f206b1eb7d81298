//! The pages that people see in a browser: what a public link opens, and a few words about the
//! server. Everything works without scripts; nothing is loaded from elsewhere.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use notespot_metadata::MetadataStore;
use notespot_objects::ObjectStore;
use url::Url;

/// What the pages read.
#[derive(Clone)]
pub struct Pages {
    /// Who shared what.
    pub metadata: Arc<dyn MetadataStore>,
    /// For the beginning of a text file.
    pub objects: Arc<dyn ObjectStore>,
    /// The server's own address.
    pub public_url: Url,
}

/// `/`, `/privacy`, `/s/{slug}` and `/assets/…`. `/s/{slug}/download` and `/s/{slug}/preview` belong to
/// the delivery.
pub fn router(pages: Pages) -> axum::Router {
    drop(pages);
    axum::Router::new()
}

/// A page for a browser that asked for a link that was ended: 410.
#[must_use]
pub fn ended() -> Response {
    StatusCode::GONE.into_response()
}

/// A page for a browser that asked for something that is not here: 404.
#[must_use]
pub fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// A page for a browser whose request failed for another reason.
#[must_use]
pub fn failed(status: StatusCode, title: &str, text: &str) -> Response {
    let _ = (title, text);
    status.into_response()
}
