//! The Backend API, as far as Notespot asks it.

use std::sync::Arc;

use axum::extract::{Path, State as Of};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::state::{State, random_id};

pub(super) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/v1/users", get(users))
        .route("/v1/users/{id}", get(user))
        .route("/v1/jwks", get(jwks))
        .route("/v1/oauth_applications", get(applications))
        .route("/v1/oauth_applications/access_tokens/verify", post(verify))
}

/// An error in the shape that the Backend API gives them.
fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let error = json!({ "message": message, "long_message": message, "code": code });
    (status, Json(json!({ "errors": [error], "clerk_trace_id": random_id("") }))).into_response()
}

fn answer(state: &State, headers: &HeaderMap, found: impl FnOnce() -> Option<Value>) -> Response {
    let expected = format!("Bearer {}", state.secret_key);
    if headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) != Some(&expected) {
        return refused(StatusCode::UNAUTHORIZED, "clerk_key_invalid", "The provided secret key is invalid.");
    }
    match found() {
        Some(found) => Json(found).into_response(),
        None => refused(StatusCode::NOT_FOUND, "resource_not_found", "not found"),
    }
}

async fn users(Of(state): Of<Arc<State>>, headers: HeaderMap) -> Response {
    answer(&state, &headers, || Some(state.with(|inner| inner.users.values().take(1).cloned().collect())))
}

async fn user(Of(state): Of<Arc<State>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    answer(&state, &headers, || state.with(|inner| inner.users.get(&id).cloned()))
}

async fn jwks(Of(state): Of<Arc<State>>, headers: HeaderMap) -> Response {
    answer(&state, &headers, || Some(published(&state)))
}

async fn applications(Of(state): Of<Arc<State>>, headers: HeaderMap) -> Response {
    answer(&state, &headers, || {
        let application = state.with(|inner| inner.application.clone());
        Some(json!({ "data": [application], "total_count": 1 }))
    })
}

async fn verify(Of(state): Of<Arc<State>>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    let token = asked["access_token"].as_str().unwrap_or_default();
    answer(&state, &headers, || state.with(|inner| inner.opaque.get(token).cloned()))
}

pub(super) fn published(state: &State) -> Value {
    let keys: Vec<_> = state.with(|inner| inner.keys.iter().map(super::keys::Key::jwk).collect());
    json!({ "keys": keys })
}
