//! The local identity provider: real accounts behind the endpoints that Clerk serves, so that client
//! and server run unchanged against either.
//!
//! OAuth 2 with authorization codes, PKCE (S256 only) and rotating refresh tokens (RFC 6749, 7636,
//! 9700), and as much of OpenID Connect as a desktop app needs. It holds no state in memory that a
//! restart must keep; secrets reach the database hashed.

mod attempts;
mod authorize;
mod browser;
mod disk;
mod documents;
mod forms;
#[cfg(test)]
mod fuzz;
mod grants;
mod keys;
mod redirect;
mod request;
mod screens;
mod token;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use jsonwebtoken::DecodingKey;
use notespot_metadata::MetadataError;
use notespot_metadata::accounts::Accounts;
use notespot_metadata::limits::RateLimits;
use notespot_protocol::UserId;
use url::Url;
use zeroize::Zeroizing;

use self::attempts::Attempts;
use self::browser::BrowserKey;
use self::keys::SigningKey;
use super::passwords::Passwords;
use super::verifier::{AuthError, Said, TrustedIssuer, Verifier};

/// Forms and token requests are small.
const BODY_MAX_BYTES: usize = 32 * 1024;

/// Who may make an account at the sign-in page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUp {
    /// Anyone who reaches the page.
    Open,
    /// The first visitor; closed once there is an account.
    First,
    /// Nobody: accounts are made with `notespot-server user add`.
    Closed,
}

/// What a [`LocalProvider`] is made of.
#[derive(Clone, Debug)]
pub struct LocalSettings {
    /// A folder of its own for the keys; made, with mode 0700, where there is none.
    pub keys_dir: PathBuf,
    /// The address under which browsers reach this server; also the issuer.
    pub public_url: Url,
    /// The desktop app's OAuth client id; made and kept in `keys_dir` when `None`.
    pub client_id: Option<String>,
    /// Who may make an account.
    pub sign_up: SignUp,
}

/// Why a [`LocalProvider`] could not start.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A key cannot be read or written.
    #[error("{path} cannot be read or written")]
    Disk {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is there, and is not what this server once wrote. It is left as it is.
    #[error("{path} is damaged; restore it from a backup, or move it away to begin with a new one")]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
    /// The operating system gave no key.
    #[error("no key could be made")]
    Crypto,
}

/// An identity provider with accounts of its own, which speaks Clerk's endpoints.
pub struct LocalProvider {
    issuer: String,
    client_id: String,
    sign_up: SignUp,
    accounts: Arc<dyn Accounts>,
    signing: SigningKey,
    browser: BrowserKey,
    passwords: Passwords,
    /// Compared with where there is no account, so that both take as long.
    nobodys_hash: String,
    attempts: Attempts,
    /// Held while an account is made at the page: "the first" is one.
    signing_up: tokio::sync::Mutex<()>,
}

impl LocalProvider {
    /// Reads the keys, or makes them at the first start: then they are on disk, for their owner only,
    /// before they are used. `limits` counts attempts to guess.
    pub async fn open(
        accounts: Arc<dyn Accounts>,
        limits: Arc<dyn RateLimits>,
        settings: LocalSettings,
    ) -> Result<Arc<Self>, IdentityError> {
        let LocalSettings { keys_dir, public_url, client_id, sign_up } = settings;
        let kept = tokio::task::spawn_blocking(move || disk::Kept::open(&keys_dir, client_id)).await;
        let kept = kept.map_err(|_| IdentityError::Crypto)??;
        let passwords = Passwords::new();
        let nobodys = Zeroizing::new(keys::random_text().ok_or(IdentityError::Crypto)?);
        let nobodys_hash = passwords.hash(nobodys).await.map_err(|_| IdentityError::Crypto)?;
        Ok(Arc::new(Self {
            issuer: public_url.as_str().trim_end_matches('/').to_owned(),
            browser: BrowserKey::new(&kept.browser_key, public_url.scheme() == "https"),
            client_id: kept.client_id,
            sign_up,
            accounts,
            signing: kept.signing,
            passwords,
            nobodys_hash,
            attempts: Attempts::new(limits),
            signing_up: tokio::sync::Mutex::default(),
        }))
    }

    /// `iss` of its tokens: the public URL without a slash at its end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The desktop app's OAuth client id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Everything under `/oauth`, and the provider's documents under `/.well-known`.
    ///
    /// Limits attempts by address: serve with `into_make_service_with_connect_info::<SocketAddr>()`,
    /// or put a `ConnectInfo<SocketAddr>` into the requests' extensions. Requests without one share
    /// one limit.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(documents::openid_configuration))
            .route("/.well-known/oauth-authorization-server", get(documents::openid_configuration))
            .route("/.well-known/jwks.json", get(documents::jwks))
            .route("/oauth/authorize", get(authorize::show))
            .route(forms::SIGN_IN, post(forms::sign_in))
            .route(forms::CREATE_ACCOUNT, post(forms::create_account))
            .route(forms::CONTINUE, post(forms::go_on))
            .route("/oauth/token", post(token::exchange))
            .route("/oauth/token/revoke", post(token::revoke))
            .route("/oauth/userinfo", get(documents::userinfo).post(documents::userinfo))
            .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
            .with_state(Arc::clone(self))
    }

    /// For the [`Verifier`].
    #[must_use]
    pub fn trusted(self: &Arc<Self>) -> TrustedIssuer {
        TrustedIssuer::local(self)
    }

    fn verifier(self: &Arc<Self>) -> Verifier {
        Verifier::for_issuer(&self.issuer, self.trusted())
    }

    pub(super) fn verifying_key(&self, kid: &str) -> Option<DecodingKey> {
        (kid == self.signing.kid()).then(|| self.signing.verifying())
    }

    pub(super) async fn profile(&self, user: &UserId) -> Result<Said, AuthError> {
        match self.accounts.account(user).await {
            Ok(account) => Ok(Said { name: Some(account.name), email: Some(account.email) }),
            Err(MetadataError::NotFound) => Err(AuthError::NotSignedIn { reason: "the account is gone" }),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "no profile");
                Err(AuthError::Unavailable)
            }
        }
    }

    async fn may_sign_up(&self) -> Result<bool, MetadataError> {
        match self.sign_up {
            SignUp::Open => Ok(true),
            SignUp::First => Ok(!self.accounts.any_account().await?),
            SignUp::Closed => Ok(false),
        }
    }
}
