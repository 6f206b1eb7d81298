//! `POST /oauth/token` and `/oauth/token/revoke` (RFC 6749 §4.1.3 and §6, RFC 7009), for a public
//! client: what proves it is PKCE, and that refresh tokens work once.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::header::{CACHE_CONTROL, PRAGMA};
use notespot_metadata::MetadataError;
use notespot_metadata::accounts::{Account, Code, Grant, Rotated};
use notespot_protocol::Timestamp;
use serde_json::{Map, Value, json};
use sha2::Digest as _;

use super::LocalProvider;
use super::grants::hashed;
use super::keys::{SignError, random_text};
use super::request::Values;
use crate::audit;
use crate::client_address::Origin;

/// What the app should count on; it refreshes before.
const ACCESS_LASTS: Duration = Duration::from_hours(1);
const ID_LASTS: Duration = Duration::from_hours(1);
const REFUSED: &str = "The refresh token is unknown, used or revoked.";

/// Why there is no token. The texts are for the app's developer.
#[derive(Debug, thiserror::Error)]
enum TokenError {
    #[error("{0}")]
    InvalidRequest(&'static str),
    #[error("The client is not known.")]
    InvalidClient,
    #[error("{0}")]
    InvalidGrant(&'static str),
    #[error("The grant type must be authorization_code or refresh_token.")]
    UnsupportedGrantType,
    #[error("The server cannot answer at the moment.")]
    Unavailable(#[from] MetadataError),
    #[error("The server cannot answer at the moment.")]
    Sign(#[from] SignError),
    #[error("The server cannot answer at the moment.")]
    NoRandomness,
}

pub(super) async fn exchange(
    State(provider): State<Arc<LocalProvider>>,
    from: Origin,
    body: String,
) -> Response {
    let exchanged = audit::to_its_end(async move { provider.exchange(&body, &from).await });
    match exchanged.await {
        Ok(tokens) => uncached(StatusCode::OK, tokens),
        Err(error) => error.answer(),
    }
}

pub(super) async fn revoke(
    State(provider): State<Arc<LocalProvider>>,
    from: Origin,
    body: String,
) -> Response {
    let revoked = audit::to_its_end(async move { provider.revoke(&body, &from).await });
    match revoked.await {
        Ok(()) => uncached(StatusCode::OK, json!({})),
        Err(error) => error.answer(),
    }
}

impl LocalProvider {
    fn form(&self, body: &str) -> Result<Values, TokenError> {
        let form = Values::read(body);
        if form.repeated {
            return Err(TokenError::InvalidRequest("A parameter is repeated."));
        }
        if form.get("client_id") != Some(&self.client_id) {
            return Err(TokenError::InvalidClient);
        }
        Ok(form)
    }

    async fn exchange(&self, body: &str, from: &Origin) -> Result<Value, TokenError> {
        let form = self.form(body)?;
        match form.get("grant_type") {
            Some("authorization_code") => self.exchange_code(&form).await,
            Some("refresh_token") => self.refresh(&form, from).await,
            Some(_) => Err(TokenError::UnsupportedGrantType),
            None => Err(TokenError::InvalidRequest("grant_type is missing.")),
        }
    }

    async fn exchange_code(&self, form: &Values) -> Result<Value, TokenError> {
        let secret = form.get("code").ok_or(TokenError::InvalidRequest("code is missing."))?;
        let verifier = form.get("code_verifier");
        let verifier = verifier.ok_or(TokenError::InvalidRequest("code_verifier is missing."))?;
        let taken = self.accounts.take_code(hashed(secret), Timestamp::now()).await;
        let code = granted(taken, "The code is unknown, used or too old.")?;
        self.check_code(&code, form, verifier)?;
        let grant = code.grant;
        let account = self.account_of(&grant).await?;
        let refresh = if grant.scope.split(' ').any(|scope| scope == "offline_access") {
            let refresh = random_text().ok_or(TokenError::NoRandomness)?;
            self.accounts.add_refresh_token(hashed(&refresh), hashed(secret), &grant).await?;
            Some(refresh)
        } else {
            None
        };
        self.tokens(&grant, &account, refresh, grant.nonce.as_deref())
    }

    fn check_code(&self, code: &Code, form: &Values, verifier: &str) -> Result<(), TokenError> {
        if code.grant.client_id != self.client_id || form.get("redirect_uri") != Some(&code.redirect_uri) {
            return Err(TokenError::InvalidGrant("The code was given for another client or redirect."));
        }
        // RFC 7636 §4.1 and §4.6.
        let challenge = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier));
        let proven = verify_slices_are_equal(challenge.as_bytes(), code.challenge.as_bytes()).is_ok();
        if proven && (43..=128).contains(&verifier.len()) {
            Ok(())
        } else {
            Err(TokenError::InvalidGrant("The code_verifier does not match."))
        }
    }

    async fn refresh(&self, form: &Values, from: &Origin) -> Result<Value, TokenError> {
        let old = form.get("refresh_token");
        let old = hashed(old.ok_or(TokenError::InvalidRequest("refresh_token is missing."))?);
        let new = random_text().ok_or(TokenError::NoRandomness)?;
        let rotated = self.accounts.rotate_refresh_token(old, hashed(&new)).await;
        let grant = match granted(rotated, REFUSED)? {
            Rotated::Next(grant) => grant,
            Rotated::Replayed(grant) => {
                audit::sign_in_replayed(&grant.account, from);
                return Err(TokenError::InvalidGrant(REFUSED));
            }
        };
        if grant.client_id != self.client_id {
            return Err(TokenError::InvalidGrant("The refresh token was given to another client."));
        }
        let account = self.account_of(&grant).await?;
        audit::sign_in_refreshed(&account.id, from);
        // OpenID Connect Core §12.2: the nonce belongs to the first ID token only.
        self.tokens(&grant, &account, Some(new), None)
    }

    async fn account_of(&self, grant: &Grant) -> Result<Account, TokenError> {
        granted(self.accounts.account(&grant.account).await, "The account is gone.")
    }

    fn tokens(
        &self,
        grant: &Grant,
        account: &Account,
        refresh: Option<String>,
        nonce: Option<&str>,
    ) -> Result<Value, TokenError> {
        let mut answer = json!({
            "access_token": self.access_token(grant)?,
            "token_type": "Bearer",
            "expires_in": ACCESS_LASTS.as_secs(),
            "scope": grant.scope,
        });
        if let Some(refresh) = refresh {
            answer["refresh_token"] = refresh.into();
        }
        if grant.scope.split(' ').any(|scope| scope == "openid") {
            answer["id_token"] = self.id_token(grant, account, nonce)?.into();
        }
        Ok(answer)
    }

    /// RFC 9068, with the claims that Clerk's have.
    fn access_token(&self, grant: &Grant) -> Result<String, TokenError> {
        let now = Timestamp::now();
        let claims = json!({
            "iss": self.issuer, "sub": grant.account, "client_id": grant.client_id,
            "jti": random_text().ok_or(TokenError::NoRandomness)?, "scope": grant.scope,
            "iat": seconds(now), "nbf": seconds(now), "exp": seconds(now.plus(ACCESS_LASTS)),
        });
        Ok(self.signing.sign("at+jwt", &claims)?)
    }

    fn id_token(&self, grant: &Grant, account: &Account, nonce: Option<&str>) -> Result<String, TokenError> {
        let now = Timestamp::now();
        let mut claims = json!({
            "iss": self.issuer, "sub": grant.account, "aud": grant.client_id,
            "jti": random_text().ok_or(TokenError::NoRandomness)?,
            "iat": seconds(now), "exp": seconds(now.plus(ID_LASTS)),
            "auth_time": seconds(grant.authenticated_at),
        });
        if let Some(claims) = claims.as_object_mut() {
            claims.extend(nonce.map(|nonce| ("nonce".to_owned(), nonce.into())));
            claims.extend(profile_claims(account, &grant.scope));
        }
        Ok(self.signing.sign("JWT", &claims)?)
    }

    async fn revoke(&self, body: &str, from: &Origin) -> Result<(), TokenError> {
        let form = self.form(body)?;
        let token = form.get("token").ok_or(TokenError::InvalidRequest("token is missing."))?;
        // An access token is not known here and ends by itself, within the hour.
        if let Some(user) = self.accounts.revoke_refresh_token(hashed(token)).await? {
            audit::sign_in_ended(&user, from);
        }
        Ok(())
    }
}

/// What the scopes say of a person (OpenID Connect Core §5.4).
fn profile_claims(account: &Account, scope: &str) -> Map<String, Value> {
    let mut claims = Map::new();
    let granted = |wanted: &str| scope.split(' ').any(|scope| scope == wanted);
    if granted("profile") {
        claims.insert("name".to_owned(), account.name.as_str().into());
    }
    if granted("email") {
        claims.insert("email".to_owned(), account.email.as_str().into());
        // No mail was ever sent to it.
        claims.insert("email_verified".to_owned(), false.into());
    }
    claims
}

fn granted<T>(result: Result<T, MetadataError>, otherwise: &'static str) -> Result<T, TokenError> {
    result.map_err(|error| match error {
        MetadataError::NotFound => TokenError::InvalidGrant(otherwise),
        error => TokenError::Unavailable(error),
    })
}

fn seconds(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(1000)
}

impl TokenError {
    fn answer(&self) -> Response {
        let (status, code) = match self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::InvalidGrant(_) => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::Unavailable(_) | Self::Sign(_) | Self::NoRandomness => {
                tracing::error!(error = self as &dyn std::error::Error, "no token was given");
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
            }
        };
        uncached(status, json!({ "error": code, "error_description": self.to_string() }))
    }
}

fn uncached(status: StatusCode, body: Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(body)).into_response()
}
