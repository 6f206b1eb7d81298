//! Who is asking: bearer tokens of the identity provider, and the local provider that stands in for
//! Clerk.
//!
//! [`Verifier`] is the same for both: what it trusts is a list of [`TrustedIssuer`]s, so that going
//! from [`LocalProvider`] to Clerk is a change of configuration.
#![allow(clippy::unused_async, reason = "the interface stands before what waits behind it")]

use std::path::PathBuf;
use std::sync::Arc;

use notespot_metadata::accounts::Accounts;
use notespot_protocol::UserId;
use url::Url;

/// Who a bearer token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The token's `sub`.
    pub user: UserId,
    /// The display name, where the token says it.
    pub name: Option<String>,
    /// The e-mail address, where the token says it.
    pub email: Option<String>,
}

/// Why a bearer token was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The token proves nothing.
    #[error("not signed in: {reason}")]
    NotSignedIn {
        /// For the log. Says nothing of the token's content.
        reason: &'static str,
    },
    /// The provider's keys cannot be had at the moment: trying again may help.
    #[error("the identity provider cannot be reached")]
    Unavailable,
}

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
    /// A folder of its own for the signing key; made, with mode 0700, where there is none.
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
    /// The keys cannot be read or written.
    #[error("the signing key in {path} cannot be read or written")]
    Disk {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// An identity provider with accounts of its own, which speaks Clerk's endpoints.
pub struct LocalProvider {
    settings: LocalSettings,
    client_id: String,
}

impl LocalProvider {
    /// Reads the signing key, or makes it at the first start.
    pub async fn open(
        accounts: Arc<dyn Accounts>,
        settings: LocalSettings,
    ) -> Result<Arc<Self>, IdentityError> {
        drop(accounts);
        let client_id = settings.client_id.clone().unwrap_or_default();
        Ok(Arc::new(Self { settings, client_id }))
    }

    /// `iss` of its tokens: the public URL without a slash at its end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.settings.public_url.as_str().trim_end_matches('/')
    }

    /// The desktop app's OAuth client id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Everything under `/oauth` and `/.well-known`. Limits attempts by address: serve with
    /// `into_make_service_with_connect_info::<SocketAddr>()`, or put `ConnectInfo<SocketAddr>` into the
    /// requests' extensions.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        axum::Router::new()
    }

    /// For the [`Verifier`].
    #[must_use]
    pub fn trusted(self: &Arc<Self>) -> TrustedIssuer {
        TrustedIssuer { issuer: self.issuer().to_owned() }
    }
}

/// An issuer whose tokens are accepted, with what they are held to.
pub struct TrustedIssuer {
    issuer: String,
}

impl TrustedIssuer {
    /// An issuer elsewhere: Clerk, or anything that serves `/.well-known/jwks.json`. OAuth access
    /// tokens must carry `client_id`; session tokens one of `authorized_parties` as `azp` (none are
    /// accepted when that is empty). `http` fetches the keys.
    #[must_use]
    pub fn external(
        issuer: &Url,
        client_id: &str,
        authorized_parties: &[String],
        http: reqwest::Client,
    ) -> Self {
        let _ = (client_id, authorized_parties, http);
        Self { issuer: issuer.as_str().trim_end_matches('/').to_owned() }
    }
}

/// Checks bearer tokens.
pub struct Verifier {
    issuers: Vec<TrustedIssuer>,
}

impl Verifier {
    /// `public_url` is the audience that a token with `aud` must name.
    #[must_use]
    pub fn new(public_url: &Url, issuers: Vec<TrustedIssuer>) -> Self {
        let _ = public_url;
        Self { issuers }
    }

    /// Who the token speaks for.
    pub async fn verify(&self, bearer: &str) -> Result<Principal, AuthError> {
        let _ = (bearer, self.issuers.iter().any(|trusted| trusted.issuer == bearer));
        Err(AuthError::Unavailable)
    }

    /// The same person with name and e-mail address, asked of the provider where the token does not
    /// say them: for a user who is seen for the first time. Only for a `principal` that
    /// [`verify`](Self::verify) made of the same `bearer`.
    pub async fn profile(&self, bearer: &str, principal: Principal) -> Result<Principal, AuthError> {
        let _ = (bearer, self);
        Ok(principal)
    }
}

/// A person to make an account for.
pub struct NewAccount {
    /// The e-mail address.
    pub email: String,
    /// The display name.
    pub name: String,
    /// The password, as typed.
    pub password: String,
}

/// Why an account was not made. The texts are for the person.
#[derive(Debug, thiserror::Error)]
pub enum NewAccountError {
    /// The name is empty or too long.
    #[error("Enter your name, with at most 200 characters.")]
    Name,
    /// Not an e-mail address.
    #[error("Enter an e-mail address, such as name@example.org.")]
    Email,
    /// There is an account with this address.
    #[error("There is an account with this e-mail address already.")]
    EmailTaken,
    /// The password is too short.
    #[error("Choose a password of at least 10 characters.")]
    PasswordTooShort,
    /// The password is too long.
    #[error("This password is too long: 512 characters is the most.")]
    PasswordTooLong,
    /// The database failed.
    #[error("The account could not be saved. Try again in a moment.")]
    Unavailable(#[source] notespot_metadata::MetadataError),
    /// Too many others are signing in.
    #[error("Many people are signing in at the moment. Try again in a moment.")]
    Busy,
}

/// Makes an account: `notespot-server user add`, and the page.
pub async fn add_account(accounts: &dyn Accounts, new: NewAccount) -> Result<UserId, NewAccountError> {
    let _ = (accounts, new.email, new.name, new.password);
    Err(NewAccountError::Busy)
}
