//! Codes: given to the app through the browser, for the token endpoint.

use std::time::Duration;

use axum::response::Response;
use notespot_metadata::accounts::{Code, Grant};
use notespot_protocol::{Sha256, Timestamp};
use sha2::Digest as _;

use super::LocalProvider;
use super::browser::BrowserSession;
use super::keys::random_text;
use super::request::AuthorizeRequest;
use super::screens;

/// Clerk's; RFC 6749 §4.1.2 recommends no more.
const CODE_LASTS: Duration = Duration::from_mins(10);

/// What the database sees of a secret. Secrets are 256 random bits, so a fast hash is enough.
pub(super) fn hashed(secret: &str) -> Sha256 {
    Sha256::from_bytes(sha2::Sha256::digest(secret).into())
}

impl LocalProvider {
    /// A code for somebody who agreed, on its way to the app.
    pub(super) async fn grant(&self, request: &AuthorizeRequest, session: &BrowserSession) -> Response {
        let now = Timestamp::now();
        let Some(secret) = random_text() else {
            return screens::failed(http::StatusCode::SERVICE_UNAVAILABLE);
        };
        let code = Code {
            grant: Grant {
                account: session.account.clone(),
                client_id: self.client_id.clone(),
                scope: request.scope.clone(),
                nonce: request.nonce.clone(),
                authenticated_at: session.authenticated_at,
            },
            redirect_uri: request.redirect.as_str().to_owned(),
            challenge: request.challenge.clone(),
            expires_at: now.plus(CODE_LASTS),
        };
        if let Err(error) = self.accounts.add_code(hashed(&secret), &code).await {
            return screens::unavailable(&error);
        }
        if let Err(error) = self.accounts.sweep_codes(now).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "old codes were not swept");
        }
        screens::signed_in(request, &[("code", &secret), ("state", &request.state)])
    }
}
