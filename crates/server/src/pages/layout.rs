//! What every page is sent with.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// What the page's forms may lead to. Browsers hold the redirect after a form to it too (CSP Level 3
/// §6.4.1).
pub(crate) enum FormsMayGoTo {
    /// There is no form.
    Nowhere,
    /// This server.
    ThisServer,
    /// This server, and from there to one more source.
    SelfAnd(String),
}

impl FormsMayGoTo {
    fn sources(&self) -> String {
        match self {
            Self::Nowhere => "'none'".to_owned(),
            Self::ThisServer => "'self'".to_owned(),
            Self::SelfAnd(source) => format!("'self' {source}"),
        }
    }
}

/// A page: no scripts, no frames around it, nothing from elsewhere, no trace at other sites, not
/// in caches and not in search engines.
pub(crate) fn html(status: StatusCode, page: &impl Template, forms: &FormsMayGoTo) -> Response {
    let Ok(body) = page.render() else {
        tracing::error!("a page was not rendered");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action {}; \
         base-uri 'none'; frame-ancestors 'none'",
        forms.sources(),
    );
    let Ok(policy) = HeaderValue::try_from(policy) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (ROBOTS, HeaderValue::from_static("noindex, nofollow")),
        (OPENER, HeaderValue::from_static("same-origin")),
        (PERMISSIONS, HeaderValue::from_static("camera=(), microphone=(), geolocation=()")),
    ];
    (status, headers, body).into_response()
}
