//! What the server counts, for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::client_address::{Origin, is_of_this_machine};
use crate::metrics;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// `GET /metrics`: to whoever shows the token of the settings; where there is none, to this machine itself.
pub(crate) async fn metrics(
    State(server): State<Arc<Server>>,
    Origin(from): Origin,
    headers: HeaderMap,
) -> Answer<Response> {
    let may = match &server.metrics_token {
        Some(token) => shown(&headers).is_some_and(|shown| token.is(shown)),
        None => is_of_this_machine(from, &headers),
    };
    if !may {
        return Err(Refusal::not_found());
    }
    let text = server.metrics.text().map_err(|error| Refusal::unavailable("writing the metrics", &error))?;
    Ok(([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response())
}

fn shown(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
