//! The Frontend API, as far as OAuth and OpenID Connect go.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::{Query, State as Of};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use url::Url;

use super::backend::published;
use super::sign_in::{self, Refused};
use super::state::State;

pub(super) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(document))
        .route("/.well-known/oauth-authorization-server", get(document))
        .route("/.well-known/jwks.json", get(jwks))
        .route("/oauth/authorize", get(authorize))
        .route("/oauth/token", post(token))
        .route("/oauth/token/revoke", post(revoke))
        .route("/oauth/userinfo", get(userinfo))
}

async fn document(Of(state): Of<Arc<State>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", state.issuer);
    Json(json!({
        "issuer": state.issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "revocation_endpoint": at("/oauth/token/revoke"),
        "introspection_endpoint": at("/oauth/token_info"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "public_metadata", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none", "client_secret_post"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "name", "email"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

async fn jwks(Of(state): Of<Arc<State>>) -> Json<Value> {
    Json(published(&state))
}

async fn authorize(Of(state): Of<Arc<State>>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let value = |name: &str| asked.get(name).map_or("", String::as_str);
    let redirect = value("redirect_uri");
    let known = value("client_id") == state.client_id && is_registered(&state, redirect);
    let Some(mut back) = Url::parse(redirect).ok().filter(|_| known) else {
        return (StatusCode::BAD_REQUEST, "The client or its redirect is not registered.").into_response();
    };
    match sign_in::grant(&state, &asked) {
        Ok(code) => back.query_pairs_mut().append_pair("code", &code),
        Err(description) => back
            .query_pairs_mut()
            .append_pair("error", "invalid_request")
            .append_pair("error_description", description),
    };
    back.query_pairs_mut().append_pair("state", value("state"));
    (StatusCode::FOUND, [(LOCATION, back.to_string())]).into_response()
}

/// Exactly as registered; of a loopback address, the port is free (RFC 8252 §7.3).
fn is_registered(state: &State, redirect: &str) -> bool {
    let Ok(mut asked) = Url::parse(redirect) else { return false };
    if asked.host_str() == Some("127.0.0.1") && asked.set_port(None).is_err() {
        return false;
    }
    let asked = Value::from(asked.as_str());
    state
        .with(|inner| inner.application["redirect_uris"].as_array().is_some_and(|uris| uris.contains(&asked)))
}

async fn token(Of(state): Of<Arc<State>>, Form(form): Form<BTreeMap<String, String>>) -> Response {
    match sign_in::exchange(&state, &form) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(Refused { status, error, description }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(json!({ "error": error, "error_description": description }))).into_response()
        }
    }
}

async fn revoke(Of(state): Of<Arc<State>>, Form(form): Form<BTreeMap<String, String>>) -> StatusCode {
    if form.get("client_id") != Some(&state.client_id) {
        return StatusCode::UNAUTHORIZED;
    }
    let Some(token) = form.get("token").cloned() else { return StatusCode::BAD_REQUEST };
    state.with(|inner| {
        inner.refresh.remove(&token);
        inner.opaque.remove(&token);
        inner.revoked.push(form);
    });
    StatusCode::OK
}

async fn userinfo(Of(state): Of<Arc<State>>, headers: HeaderMap) -> Response {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = header.strip_prefix("Bearer ").unwrap_or_default();
    let Some(user) = sign_in::user_of(&state, token) else { return StatusCode::UNAUTHORIZED.into_response() };
    let (given, family) = (&user["first_name"], &user["last_name"]);
    let name = format!("{} {}", given.as_str().unwrap_or_default(), family.as_str().unwrap_or_default());
    Json(json!({
        "object": "oauth_user_info", "instance_id": "ins_1", "user_id": user["id"], "sub": user["id"],
        "email": user["email_addresses"][0]["email_address"], "email_verified": true, "name": name,
        "given_name": given, "family_name": family, "preferred_username": user["username"],
        "picture": user["image_url"], "public_metadata": {},
    }))
    .into_response()
}
