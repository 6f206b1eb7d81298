//! Signing in through the system's browser: OAuth 2 code with PKCE (RFC 7636, S256), OpenID
//! Connect with a nonce, as RFC 8252 asks of native apps.

use std::time::{Duration, Instant};

use notespot_protocol::Discovery;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use url::Url;

use crate::SignInError;

#[cfg(test)]
mod fuzz;
pub(crate) mod loopback;
pub(crate) mod provider;

/// How long a sign-in may be under way: as long as Clerk's codes live.
pub(crate) const LIFETIME: Duration = Duration::from_mins(10);

/// A sign-in that the browser has the word in. Kept in memory only: a link that arrives after a
/// restart finds nothing, and the sign-in starts again.
pub(crate) struct Pending {
    pub(crate) discovery: Discovery,
    pub(crate) state: CsrfToken,
    pub(crate) nonce: Nonce,
    pub(crate) verifier: PkceCodeVerifier,
    pub(crate) redirect_uri: Url,
    /// Where the browser was sent.
    pub(crate) page: Url,
    pub(crate) ends: Instant,
}

/// What the browser brought back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Callback {
    Code(crate::Secret),
    Denied { error: String },
}

impl Pending {
    /// What a link means for this sign-in. `Ignored` leaves it under way: anybody can make the
    /// browser open a link of ours.
    pub(crate) fn read(&self, link: &Url) -> Result<Callback, SignInError> {
        let expected = &self.redirect_uri;
        let same_place = link.scheme() == expected.scheme()
            && link.host_str() == expected.host_str()
            && link.port() == expected.port()
            && link.path() == expected.path();
        if !same_place {
            return Err(SignInError::Ignored);
        }
        let value = |key: &str| {
            let mut values = link.query_pairs().filter(|(name, _)| name == key);
            let first = values.next();
            if values.next().is_some() { None } else { first.map(|(_, value)| value.into_owned()) }
        };
        if value("state").as_deref() != Some(self.state.secret().as_str()) {
            return Err(SignInError::Ignored);
        }
        // What is said twice is no answer of an identity provider (RFC 6749 §3.1).
        let is_repeated = |key: &str| link.query_pairs().filter(|(name, _)| name == key).count() > 1;
        if ["code", "error", "iss"].into_iter().any(is_repeated) {
            return Err(SignInError::BadAnswer { reason: "a parameter is repeated" });
        }
        if value("iss").is_some_and(|issuer| issuer != self.discovery.issuer) {
            return Err(SignInError::BadAnswer { reason: "another issuer answered (RFC 9207)" });
        }
        match (value("code"), value("error")) {
            (Some(code), None) => Ok(Callback::Code(crate::Secret::new(code))),
            (_, Some(error)) => Ok(Callback::Denied { error: error.chars().take(100).collect() }),
            (None, None) => Err(SignInError::BadAnswer { reason: "neither code nor error" }),
        }
    }
}
