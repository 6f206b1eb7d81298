//! How requests find their handlers, and what every request passes on its way.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleError;
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use notespot_objects::embedded::BUCKET;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::client_address::{self, TrustedProxies};
use crate::pages::{self, Pages};
use crate::state::Server;
use crate::stores::Parts;
use crate::{admission, api, delivery, limits, observe, openapi, problems};

/// 1,000 announcements with a few parts each fit well.
const JSON_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Completing a file of 10,000 parts asks the object store ten times.
const API_TIMEOUT: Duration = Duration::from_mins(2);

/// Everything that the server answers.
pub(crate) fn router(server: &Arc<Server>, parts: &Parts, trusted_proxies: TrustedProxies) -> Router {
    let pages = Pages {
        metadata: Arc::clone(&server.metadata),
        objects: Arc::clone(&server.objects),
        public_url: server.public_url.clone(),
    };
    let mut answered_soon = pages::router(pages);
    if let Some(provider) = &parts.provider {
        answered_soon = answered_soon.merge(provider.router());
    }
    let admit = axum::middleware::from_fn_with_state(Arc::clone(&server.admission), admission::admit);
    let mut router = api_router(server)
        .merge(answered_soon.layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, API_TIMEOUT)))
        .layer(admit)
        .merge(delivery::router(Arc::clone(server)));
    let strangers = axum::middleware::from_fn_with_state(Arc::clone(&server.limits), limits::strangers);
    router = router.fallback(nowhere).layer(strangers);
    if let Some(store) = &parts.embedded {
        // Bytes: neither a limit on the body nor on the time.
        let service = HandleError::new(store.service(), |_| async { StatusCode::INTERNAL_SERVER_ERROR });
        router =
            router.merge(only_data(Router::new().route_service(&format!("/{BUCKET}/{{*key}}"), service)));
    }
    router
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("x-content-type-options"),
            HeaderValue::from_static("nosniff"),
        ))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&server.metrics), observe::observe))
        .layer(axum::middleware::from_fn_with_state(trusted_proxies, client_address::find))
}

/// What is stored is anybody's, and comes from the origin on which people sign in: no browser may run
/// it, show it as a page, or lend it to another site.
fn only_data(router: Router) -> Router {
    let header = |name, value| {
        SetResponseHeaderLayer::overriding(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    router
        .layer(header("content-security-policy", "sandbox; default-src 'none'"))
        .layer(header("content-disposition", "attachment"))
        .layer(header("cross-origin-resource-policy", "same-origin"))
}

fn api_router(server: &Arc<Server>) -> Router {
    let (routes, _) = api::router().with_state(Arc::clone(server)).split_for_parts();
    routes
        .route("/metrics", get(api::metrics).with_state(Arc::clone(server)))
        .route("/openapi.json", get(openapi_json))
        .route("/docs", get(openapi::page::docs))
        // What comes packed counts by what it holds: the limit is for what is unpacked.
        .layer(RequestDecompressionLayer::new())
        .layer(DefaultBodyLimit::max(JSON_MAX_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, API_TIMEOUT))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(axum::middleware::from_fn(problems::finish))
        // Four hundred plans are 400 KB, which from far away come in a round trip instead of five.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

async fn openapi_json() -> Response {
    ([(CONTENT_TYPE, "application/json")], openapi::json()).into_response()
}

/// Nothing is at this address: a page for people, a problem for programs.
async fn nowhere(request: Request) -> Response {
    if pages::are_wanted(&request) { pages::not_found() } else { problems::nowhere(&request) }
}
