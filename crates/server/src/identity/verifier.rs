//! Checks bearer tokens: OAuth access tokens (RFC 9068) and Clerk's session tokens.

mod claims;
mod jwks;
mod opaque;
mod profile;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use notespot_metadata::users::Profile;
use notespot_protocol::{Timestamp, UserId};
use serde::Deserialize;
use url::Url;

use self::claims::{Claims, Rules};
pub use self::jwks::KeyTimes;
use self::jwks::RemoteKeys;
pub(crate) use self::jwks::STALE_AT_MOST;
use self::opaque::OpaqueTokens;
use super::clerk::Backend;
use super::local::LocalProvider;

/// Longer ones are refused unread; Clerk's stay below 4 KiB.
const TOKEN_MAX_BYTES: usize = 16 * 1024;

pub(super) use self::profile::Said;

/// Who a bearer token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The token's `sub`.
    pub user: UserId,
    /// The display name, where the token says it.
    pub name: Option<String>,
    /// The e-mail address, where the token says it.
    pub email: Option<String>,
    /// Since when the provider says so: when it made the token. Long ago, where the token does not say it.
    pub issued_at: Timestamp,
    /// When the token ends.
    pub ends_at: Timestamp,
}

/// What the provider says of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// What they are called. The name is empty where nobody could say it.
    pub profile: Profile,
    /// Since when it is so; long ago, where nothing is known.
    pub as_of: Timestamp,
    /// Whether they are banned, where that is said.
    pub is_banned: Option<bool>,
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
    /// The provider has had too many questions: trying again helps after this long.
    #[error("the identity provider wants to be asked later")]
    Busy {
        /// As it said itself.
        again_after: Duration,
    },
}

const fn refused(reason: &'static str) -> AuthError {
    AuthError::NotSignedIn { reason }
}

/// An issuer whose tokens are accepted, with what they are held to.
pub struct TrustedIssuer {
    rules: Rules,
    source: Source,
    /// Clerk's Backend API, where its key is known.
    opaque: Option<OpaqueTokens>,
}

enum Source {
    Local(Arc<LocalProvider>),
    Remote(Arc<RemoteKeys>),
}

impl TrustedIssuer {
    /// The provider in this process. Its keys are read where they are.
    pub(super) fn local(provider: &Arc<LocalProvider>) -> Self {
        Self {
            rules: Rules::new(provider.issuer(), provider.client_id(), &[]),
            source: Source::Local(Arc::clone(provider)),
            opaque: None,
        }
    }

    /// An issuer elsewhere: Clerk, or anything that serves `/.well-known/jwks.json` and
    /// `/oauth/userinfo` as Clerk does.
    ///
    /// OAuth access tokens must carry `client_id`, because `aud` alone would let every OAuth
    /// application of the instance speak to this server. Session tokens must carry one of
    /// `authorized_parties` as `azp`; none are accepted when that is empty. `http` fetches the keys, which are
    /// kept by `times`: use [`http_client`](super::http_client).
    #[must_use]
    pub fn external(
        issuer: &Url,
        client_id: &str,
        authorized_parties: &[String],
        http: reqwest::Client,
        times: KeyTimes,
    ) -> Self {
        let issuer = issuer.as_str().trim_end_matches('/');
        Self {
            rules: Rules::new(issuer, client_id, authorized_parties),
            source: Source::Remote(Arc::new(RemoteKeys::new(issuer, http, times))),
            opaque: None,
        }
    }

    /// The same with the Backend API of the Clerk instance: it says what opaque access tokens stand for, and what
    /// people are called.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { opaque: Some(OpaqueTokens::new(backend)), ..self }
    }
}

/// Checks bearer tokens.
pub struct Verifier {
    audience: String,
    issuers: Vec<TrustedIssuer>,
}

impl Verifier {
    /// The issuers elsewhere, and how long ago the keys of each were fetched that are held.
    pub(crate) fn ages_of_keys(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.issuers.iter().filter_map(|trusted| match &trusted.source {
            Source::Remote(keys) => Some((keys.issuer.as_str(), keys.age()?)),
            Source::Local(_) => None,
        })
    }

    /// Whether an opaque token was good a moment ago, by an answer that is kept.
    pub(crate) fn has_vouched_for(&self, token: &str) -> bool {
        self.issuers
            .iter()
            .filter_map(|issuer| issuer.opaque.as_ref())
            .any(|opaque| opaque.has_vouched_for(token))
    }

    /// `public_url` is the audience that a token with `aud` must name.
    #[must_use]
    pub fn new(public_url: &Url, issuers: Vec<TrustedIssuer>) -> Self {
        Self { audience: public_url.as_str().trim_end_matches('/').to_owned(), issuers }
    }

    /// For the issuer's own endpoints.
    pub(super) fn for_issuer(issuer: &str, trusted: TrustedIssuer) -> Self {
        Self { audience: issuer.to_owned(), issuers: vec![trusted] }
    }

    /// Who the token speaks for. Checks, in this order: three parts, `typ`, the algorithm (RS256 and
    /// nothing else), the signature, and only then the claims. An opaque token is Clerk's to explain, and what it
    /// says is held to the same rules.
    pub async fn verify(&self, bearer: &str) -> Result<Principal, AuthError> {
        if bearer.starts_with(opaque::PREFIX) {
            return self.verify_opaque(bearer).await;
        }
        let payload = payload_of(bearer)?;
        let header = jsonwebtoken::decode_header(bearer).map_err(|_| refused("unreadable header"))?;
        let use_as = claims::check_header(&header)?;
        let kid = header.kid.as_deref().ok_or(refused("no kid"))?;
        // Read before the signature is checked, and used for one thing only: whose keys to check with.
        let trusted = self.issuer_of(payload)?;
        let key = match &trusted.source {
            Source::Local(provider) => provider.verifying_key(kid).ok_or(refused("unknown key"))?,
            Source::Remote(keys) => keys.key(kid).await?,
        };
        let claims = signed_claims(bearer, &key)?;
        trusted.rules.check(&claims, use_as, &self.audience, Timestamp::now())?;
        let (issued_at, ends_at) = (claims.issued_at(), claims.ends_at());
        Ok(Principal { user: UserId(claims.sub), name: claims.name, email: claims.email, issued_at, ends_at })
    }

    async fn verify_opaque(&self, bearer: &str) -> Result<Principal, AuthError> {
        let (trusted, opaque) = self.opaque().ok_or(refused("opaque tokens are not accepted"))?;
        let token = opaque.check(bearer).await?;
        trusted.rules.check_opaque(&token, &self.audience, Timestamp::now())?;
        let ends_at = Timestamp::from_millis(token.ends_at_millis());
        let issued_at = Timestamp::from_millis(0);
        Ok(Principal { user: UserId(token.subject), name: None, email: None, issued_at, ends_at })
    }

    /// The one issuer whose opaque tokens can be asked about: nothing in them says whose they are.
    fn opaque(&self) -> Option<(&TrustedIssuer, &OpaqueTokens)> {
        self.issuers.iter().find_map(|trusted| Some((trusted, trusted.opaque.as_ref()?)))
    }

    fn issuer_of(&self, payload: &str) -> Result<&TrustedIssuer, AuthError> {
        #[derive(Deserialize)]
        struct Issuer {
            iss: String,
        }
        let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| refused("unreadable claims"))?;
        let Issuer { iss } = serde_json::from_slice(&bytes).map_err(|_| refused("unreadable claims"))?;
        self.issuers.iter().find(|trusted| trusted.rules.issuer == iss).ok_or(refused("unknown issuer"))
    }
}

fn payload_of(bearer: &str) -> Result<&str, AuthError> {
    if bearer.len() > TOKEN_MAX_BYTES {
        return Err(refused("too long"));
    }
    let mut parts = bearer.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(payload), Some(signature), None) if !signature.is_empty() => Ok(payload),
        _ => Err(refused("not three parts")),
    }
}

fn signed_claims(bearer: &str, key: &DecodingKey) -> Result<Claims, AuthError> {
    let mut only_signature = Validation::new(Algorithm::RS256);
    // The claims are checked by our own rules, with a leeway of ours.
    only_signature.required_spec_claims.clear();
    only_signature.validate_exp = false;
    only_signature.validate_nbf = false;
    only_signature.validate_aud = false;
    let checked = jsonwebtoken::decode::<Claims>(bearer, key, &only_signature);
    checked.map(|token| token.claims).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => refused("forged signature"),
        _ => refused("unreadable claims"),
    })
}
