//! The pages that people see in a browser: what a public link opens, and a few words about the
//! server. Everything works without scripts; nothing is loaded from elsewhere.

mod assets;
mod explore;
mod layout;
mod media;
mod public_file;
mod text_preview;
mod visits;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use http::header::ACCEPT;
use notespot_metadata::MetadataStore;
use notespot_objects::ObjectStore;
use url::Url;

pub(crate) use self::assets::style_url;
pub(crate) use self::explore::CATALOGUE_CACHING;
pub(crate) use self::layout::{FormsMayGoTo, html};
pub use self::media::{Preview, preview_of};

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

/// `/`, `/privacy`, `/explore`, `/s/{slug}` and `/assets/…`. `/s/{slug}/download` and `/s/{slug}/preview` belong to
/// the delivery.
pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/privacy", get(privacy))
        .route("/explore", get(explore::show))
        .route("/s/{slug}", get(public_file::show))
        .route(assets::STYLE_PATH, get(assets::style))
        .route(assets::MARK_PATH, get(assets::mark))
        .route("/favicon.ico", get(assets::mark))
        .route("/robots.txt", get(assets::robots))
        .with_state(Arc::new(pages))
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    address: &'a str,
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct PrivacyPage;

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    title: &'a str,
    text: &'a str,
}

async fn home(State(pages): State<Arc<Pages>>) -> Response {
    let address = pages.public_url.as_str().trim_end_matches('/');
    html(StatusCode::OK, &HomePage { address }, &FormsMayGoTo::Nowhere)
}

async fn privacy() -> Response {
    html(StatusCode::OK, &PrivacyPage, &FormsMayGoTo::Nowhere)
}

/// Whether a page is what answers this best: browsers say so.
pub(crate) fn are_wanted(request: &Request) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// A page for a browser that asked for a link that was ended: 410.
#[must_use]
pub fn ended() -> Response {
    failed(
        StatusCode::GONE,
        "This link has ended",
        "Its owner turned it off or deleted the file. Ask them for a new one.",
    )
}

/// A page for a browser that asked for something that is not here: 404.
#[must_use]
pub fn not_found() -> Response {
    failed(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        "Check that the link is whole: the last part has 13 letters and digits.",
    )
}

/// A page for a browser whose request failed for another reason. `text` says what to do.
#[must_use]
pub fn failed(status: StatusCode, title: &str, text: &str) -> Response {
    html(status, &MessagePage { title, text }, &FormsMayGoTo::Nowhere)
}
