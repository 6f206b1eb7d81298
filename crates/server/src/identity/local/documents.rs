//! What the provider says of itself, and of the person whom a token speaks for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderMap, WWW_AUTHENTICATE};
use notespot_metadata::MetadataError;
use serde_json::{Value, json};

use super::LocalProvider;
use super::request::SCOPES;
use crate::identity::verifier::AuthError;

/// OpenID Connect Discovery 1.0 §3 and RFC 8414 §2 in one.
pub(super) async fn openid_configuration(State(provider): State<Arc<LocalProvider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "userinfo_endpoint": format!("{issuer}/oauth/userinfo"),
        "revocation_endpoint": format!("{issuer}/oauth/token/revoke"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "create"],
        "scopes_supported": SCOPES,
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "name", "email", "email_verified"],
    }))
}

pub(super) async fn jwks(State(provider): State<Arc<LocalProvider>>) -> Response {
    ([(CACHE_CONTROL, "max-age=300")], Json(provider.signing.jwks())).into_response()
}

/// OpenID Connect Core §5.3, with the members that Clerk's has.
pub(super) async fn userinfo(State(provider): State<Arc<LocalProvider>>, headers: HeaderMap) -> Response {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.split_once(' '));
    let Some((_, token)) = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return unauthorized("Bearer");
    };
    let principal = match provider.verifier().verify(token.trim()).await {
        Ok(principal) => principal,
        Err(AuthError::NotSignedIn { .. }) => return unauthorized("Bearer error=\"invalid_token\""),
        Err(AuthError::Unavailable | AuthError::Busy { .. }) => {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let account = match provider.accounts.account(&principal.user).await {
        Ok(account) => account,
        Err(MetadataError::NotFound) => return unauthorized("Bearer error=\"invalid_token\""),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no userinfo");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let info = json!({
        "object": "oauth_user_info", "instance_id": provider.signing.kid(),
        "user_id": account.id, "sub": account.id, "name": account.name,
        "email": account.email, "email_verified": false, "public_metadata": {},
    });
    ([(CACHE_CONTROL, "no-store")], Json(info)).into_response()
}

/// RFC 6750 §3.
fn unauthorized(challenge: &'static str) -> Response {
    let body = Json(json!({ "error": "invalid_token" }));
    (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)], body).into_response()
}
