//! What the server counts, for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::uri::Authority;
use http::{Extensions, HeaderMap, Uri};
use url::Host;

use crate::client_address::is_of_this_machine;
use crate::metrics;
use crate::problems::{Answer, Refusal};
use crate::state::Server;

/// `GET /metrics`: to whoever shows the token of the settings; where there is none, to this machine itself.
pub(crate) async fn metrics(
    State(server): State<Arc<Server>>,
    extensions: Extensions,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let may = match &server.metrics_token {
        Some(token) => shown(&headers).is_some_and(|shown| token.is(shown)),
        None => is_of_this_machine(&extensions) && names_this_machine(&uri, &headers),
    };
    if !may {
        return Err(Refusal::not_found());
    }
    for (issuer, age) in server.verifier.ages_of_keys() {
        server.metrics.keys_are_of(issuer, age);
    }
    let text = server.metrics.text().map_err(|error| Refusal::unavailable("writing the metrics", &error))?;
    Ok(([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response())
}

/// Some proxies say nothing of themselves, but hand on the name that was asked for.
fn names_this_machine(uri: &Uri, headers: &HeaderMap) -> bool {
    // HTTP/2 says it in the address (RFC 9113 §8.3.1).
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    host.or_else(|| uri.authority().cloned()).is_none_or(|host| match Host::parse(host.host()) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    })
}

fn shown(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
