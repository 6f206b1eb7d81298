//! What the server says of itself.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use notespot_protocol::{BATCH_MAX, Discovery, Limits, Problem, Timestamp};
use tokio::time::timeout;

use crate::problems::{Answer, Refusal};
use crate::state::{FILE_MAX, Server};

/// Load balancers ask every few seconds, and take no answer for a no.
const READY_WITHIN: Duration = Duration::from_secs(4);

/// What a client must know of this server before it signs in.
#[utoipa::path(get, path = "/.well-known/notespot.json", tag = "discovery", security(()), responses((status = OK, body = Discovery)))]
pub(super) async fn discovery(State(server): State<Arc<Server>>) -> Json<Discovery> {
    Json(Discovery {
        product: Discovery::PRODUCT.to_owned(),
        api_version: Discovery::API_VERSION,
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        public_url: server.base().to_owned(),
        issuer: server.issuer.clone(),
        oauth_client_id: server.client_id.clone(),
        limits: Limits { file_bytes: FILE_MAX, batch_items: u32::try_from(BATCH_MAX).unwrap_or(u32::MAX) },
        time: Timestamp::now(),
    })
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "discovery", security(()), responses((status = NO_CONTENT, description = "It does")))]
pub(super) async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Whether requests should come here: the stores behind it answer, and it is not about to end.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "discovery",
    security(()),
    responses((status = NO_CONTENT, description = "They should"), (status = SERVICE_UNAVAILABLE, body = Problem))
)]
pub(super) async fn ready(State(server): State<Arc<Server>>) -> Answer<StatusCode> {
    if server.ending.is_cancelled() {
        return Err(Refusal::ending());
    }
    let objects = async {
        server.objects.check().await.map_err(|error| Refusal::unavailable("the object store", &error))
    };
    let metadata = async {
        let found = server.metadata.orphans(Timestamp::now(), 1).await;
        found.map_err(|error| Refusal::unavailable("the metadata store", &error))
    };
    let both = timeout(READY_WITHIN, async { tokio::try_join!(objects, metadata) }).await;
    both.unwrap_or_else(|late| Err(Refusal::unavailable("a store", &late)))?;
    Ok(StatusCode::NO_CONTENT)
}
