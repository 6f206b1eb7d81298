//! What is noted of every request: an id, a span, and how it ended. Never queries, slugs or tokens.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HeaderName, HeaderValue};
use http::{Extensions, StatusCode};
use prometheus_client::metrics::gauge::Gauge;
use tracing::Instrument as _;

use crate::metrics::Metrics;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request, in its answer and in the log.
#[derive(Clone)]
struct RequestId(String);

/// The id that [`observe`] gave the request.
pub(crate) fn request_id(extensions: &Extensions) -> Option<String> {
    extensions.get::<RequestId>().map(|id| id.0.clone())
}

/// One more, until it is dropped: requests end early too.
pub(crate) struct Counted(Gauge);

impl Counted {
    pub(crate) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Gives the request an id and a span, and notes how it ended.
pub(crate) async fn observe(
    State(metrics): State<Arc<Metrics>>,
    mut request: Request,
    next: Next,
) -> Response {
    let _in_flight = Counted::new(&metrics.in_flight);
    let method = request.method().clone();
    let id = notespot_protocol::ClientRef::generate().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    // The route and not the path: paths hold slugs.
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", method = %request.method(), route = &*route, request_id = &*id);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let latency_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    metrics.answered(&method, &route, status, began.elapsed());
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(status, latency_ms, "failed");
        } else {
            tracing::debug!(status, latency_ms, "answered");
        }
    });
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What is answered when a handler panics: a mistake of ours, noted.
#[expect(clippy::needless_pass_by_value, reason = "tower-http's trait for panic handlers says so")]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(message = message.unwrap_or("no message"), "a handler panicked");
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
