//! Checks bearer tokens: OAuth access tokens (RFC 9068) and Clerk's session tokens.

mod claims;
mod jwks;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use notespot_protocol::{Timestamp, UserId};
use serde::Deserialize;
use url::Url;

use self::claims::{Claims, Rules};
use self::jwks::RemoteKeys;
use super::local::LocalProvider;

/// Longer ones are refused unread; Clerk's stay below 4 KiB.
const TOKEN_MAX_BYTES: usize = 16 * 1024;

/// Who a bearer token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The token's `sub`.
    pub user: UserId,
    /// The display name, where the token says it.
    pub name: Option<String>,
    /// The e-mail address, where the token says it.
    pub email: Option<String>,
    /// When the token ends.
    pub ends_at: Timestamp,
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

const fn refused(reason: &'static str) -> AuthError {
    AuthError::NotSignedIn { reason }
}

/// An issuer whose tokens are accepted, with what they are held to.
pub struct TrustedIssuer {
    rules: Rules,
    source: Source,
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
        }
    }

    /// An issuer elsewhere: Clerk, or anything that serves `/.well-known/jwks.json` and
    /// `/oauth/userinfo` as Clerk does.
    ///
    /// OAuth access tokens must carry `client_id`, because `aud` alone would let every OAuth
    /// application of the instance speak to this server. Session tokens must carry one of
    /// `authorized_parties` as `azp`; none are accepted when that is empty. `http` fetches the keys;
    /// it should follow no redirects.
    #[must_use]
    pub fn external(
        issuer: &Url,
        client_id: &str,
        authorized_parties: &[String],
        http: reqwest::Client,
    ) -> Self {
        let issuer = issuer.as_str().trim_end_matches('/');
        Self {
            rules: Rules::new(issuer, client_id, authorized_parties),
            source: Source::Remote(Arc::new(RemoteKeys::new(issuer, http))),
        }
    }
}

/// Checks bearer tokens.
pub struct Verifier {
    audience: String,
    issuers: Vec<TrustedIssuer>,
}

impl Verifier {
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
    /// nothing else), the signature, and only then the claims.
    pub async fn verify(&self, bearer: &str) -> Result<Principal, AuthError> {
        let payload = payload_of(bearer)?;
        let header = jsonwebtoken::decode_header(bearer).map_err(|_| refused("unreadable header"))?;
        claims::check_header(&header)?;
        let kid = header.kid.as_deref().ok_or(refused("no kid"))?;
        // Read before the signature is checked, and used for one thing only: whose keys to check with.
        let trusted = self.issuer_of(payload)?;
        let key = match &trusted.source {
            Source::Local(provider) => provider.verifying_key(kid).ok_or(refused("unknown key"))?,
            Source::Remote(keys) => keys.key(kid).await?,
        };
        let claims = signed_claims(bearer, &key)?;
        trusted.rules.check(&claims, &self.audience, Timestamp::now())?;
        let ends_at = claims.ends_at();
        Ok(Principal { user: UserId(claims.sub), name: claims.name, email: claims.email, ends_at })
    }

    /// The same person with name and e-mail address, asked of the provider where the token does not
    /// say them: for a user who is seen for the first time. Only for a `principal` that
    /// [`verify`](Self::verify) made of the same `bearer`. A session token cannot ask, and keeps what
    /// it said.
    pub async fn profile(&self, bearer: &str, principal: Principal) -> Result<Principal, AuthError> {
        if principal.name.is_some() {
            return Ok(principal);
        }
        let said = match &self.issuer_of(payload_of(bearer)?)?.source {
            Source::Local(provider) => provider.profile(&principal.user).await?,
            Source::Remote(keys) => keys.userinfo(bearer, &principal.user).await?,
        };
        Ok(Principal {
            name: said.name.filter(|name| !name.trim().is_empty()),
            email: principal.email.or(said.email),
            ..principal
        })
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

/// What the provider tells of a person.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Said {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
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
