//! The style sheet and the mark, inside the program.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use sha2::Digest as _;

pub(super) const STYLE_PATH: &str = "/assets/site.css";
pub(super) const MARK_PATH: &str = "/assets/mark.svg";

const STYLE: &str = include_str!("../../assets/site.css");
const MARK: &str = include_str!("../../assets/mark.svg");

/// The style sheet's address; another one after every change, so that browsers may keep it for ever.
static STYLE_URL: LazyLock<String> =
    LazyLock::new(|| format!("{STYLE_PATH}?v={}", &hex::encode(sha2::Sha256::digest(STYLE))[..12]));

pub(crate) fn style_url() -> &'static str {
    &STYLE_URL
}

pub(super) async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE, "public, max-age=31536000, immutable")
}

pub(super) async fn mark() -> Response {
    asset("image/svg+xml", MARK, "public, max-age=86400")
}

/// Public links are for those who were given them.
pub(super) async fn robots() -> Response {
    asset("text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n", "public, max-age=86400")
}

fn asset(content_type: &'static str, body: &'static str, cache: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, cache),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    (headers, body).into_response()
}
