//! Requests that the server signed for the client to send to the object store.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// A URL that is a secret: whoever has it may do what it was signed for, until it expires.
///
/// `Debug` and `Display` show the address without path and query. [`SecretUrl::expose`] gives the
/// whole.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = "uri")]
pub struct SecretUrl(String);

impl SecretUrl {
    /// Takes a URL into custody.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The whole URL, for the request that it was made for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn masked(&self) -> String {
        let after_scheme = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[after_scheme..].find(['/', '?', '#']).map_or(self.0.len(), |at| after_scheme + at);
        // User information before the host would be a secret too.
        let authority = &self.0[after_scheme..end];
        let host = authority.rsplit('@').next().unwrap_or_default();
        format!("{}{host}/…", &self.0[..after_scheme])
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretUrl({})", self.masked())
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A request to send exactly as it stands, without credentials of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PresignedRequest {
    /// `GET` or `PUT`.
    pub method: String,
    /// Where to.
    pub url: SecretUrl,
    /// Headers that were signed: each must be sent with exactly this value.
    pub headers: BTreeMap<String, String>,
    /// From when on the object store refuses it.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presigned_url_in_a_log_shows_its_host_only() {
        let url = SecretUrl::new("https://user:pass@store.example:9000/b/key?X-Amz-Signature=abc");
        assert_eq!(format!("{url:?}"), "SecretUrl(https://store.example:9000/…)");
        assert_eq!(url.to_string(), "https://store.example:9000/…");
        assert!(url.expose().ends_with("Signature=abc"));
    }
}
