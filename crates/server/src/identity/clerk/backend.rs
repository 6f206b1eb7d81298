//! Clerk's Backend API.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::HeaderMap;
use notespot_protocol::UserId;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use super::user::ClerkUser;
use crate::identity::outgoing::{CallError, json_of};
use crate::secret::Secret;

/// How long nothing is asked after a 429 that does not say.
const QUIET: Duration = Duration::from_secs(10);
/// How long nothing is asked at most, whatever a 429 says.
const QUIET_AT_MOST: Duration = Duration::from_mins(5);

/// Clerk's Backend API, with the secret key of one instance.
///
/// After a 429 nothing is asked for as long as it says, at most five minutes: calls fail at once.
pub struct Backend {
    api: Url,
    key: Secret,
    http: reqwest::Client,
    quiet_until: Mutex<Option<Instant>>,
}

/// Why the Backend API said nothing of use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackendError {
    /// It wants to be left alone for this long.
    #[error("too many calls: it wants to be asked again in {} s", again_after.as_secs())]
    Busy { again_after: Duration },
    /// There is no such thing.
    #[error("there is no such thing")]
    NotFound,
    /// The secret key is not one of this instance.
    #[error("it does not know the secret key")]
    WrongKey,
    #[error(transparent)]
    Failed(#[from] CallError),
}

/// What it says of an opaque access token (`oat_…`).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OpaqueToken {
    pub(crate) client_id: String,
    pub(crate) subject: String,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    #[serde(default)]
    pub(crate) aud: Vec<String>,
    pub(crate) revoked: bool,
    pub(crate) expired: bool,
    expiration: Option<f64>,
}

/// An OAuth application, as the dashboard shows it.
#[derive(Debug, Deserialize)]
pub(super) struct Application {
    pub(super) client_id: String,
    #[serde(default)]
    pub(super) public: bool,
    #[serde(default)]
    pub(super) pkce_required: bool,
    #[serde(default)]
    pub(super) consent_screen_enabled: bool,
    #[serde(default)]
    pub(super) redirect_uris: Vec<String>,
    #[serde(default)]
    pub(super) scopes: String,
}

impl OpaqueToken {
    /// When it ends, in milliseconds since 1970. Clerk's documents show seconds, its libraries milliseconds: a
    /// number of seconds as large as a number of milliseconds is three thousand years away.
    #[expect(clippy::cast_possible_truncation, reason = "casts of floats stop at the ends of the type")]
    pub(crate) fn ends_at_millis(&self) -> i64 {
        match self.expiration {
            Some(number) if number < 1e11 => (number * 1000.0) as i64,
            Some(number) => number as i64,
            None => i64::MAX,
        }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").field("api", &self.api.as_str()).finish_non_exhaustive()
    }
}

impl Backend {
    /// `api` is the address without the version, such as `https://api.clerk.com`. Use
    /// [`http_client`](crate::identity::http_client) for `http`.
    #[must_use]
    pub fn new(api: Url, key: Secret, http: reqwest::Client) -> Self {
        Self { api, key, http, quiet_until: Mutex::new(None) }
    }

    /// The user with this id.
    pub(crate) async fn user(&self, id: &UserId) -> Result<ClerkUser, BackendError> {
        let (user, _): (ClerkUser, _) = self.call(self.request(Method::GET, &["users", &id.0])).await?;
        // Whatever the id was made into on its way: it is this one or nobody.
        if user.id == *id { Ok(user) } else { Err(BackendError::NotFound) }
    }

    /// What an opaque access token stands for; `None` when Clerk does not know it.
    pub(crate) async fn opaque_token(&self, token: &str) -> Result<Option<OpaqueToken>, BackendError> {
        let request = self.request(Method::POST, &["oauth_applications", "access_tokens", "verify"]);
        match self.call(request.json(&json!({ "access_token": token }))).await {
            Ok((token, _)) => Ok(Some(token)),
            // The second: not what a token looks like.
            Err(
                BackendError::NotFound
                | BackendError::Failed(CallError::Refused {
                    status: StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY,
                    ..
                }),
            ) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the key opens anything; with the headers of the answer.
    pub(super) async fn one_user(&self) -> Result<HeaderMap, BackendError> {
        let request = self.request(Method::GET, &["users"]).query(&[("limit", "1")]);
        Ok(self.call::<Vec<ClerkUser>>(request).await?.1)
    }

    /// The `kid`s of the keys of the secret key's instance.
    pub(super) async fn kids(&self) -> Result<Vec<String>, BackendError> {
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<Key>,
        }
        #[derive(Deserialize)]
        struct Key {
            kid: String,
        }
        let (Keys { keys }, _) = self.call(self.request(Method::GET, &["jwks"])).await?;
        Ok(keys.into_iter().map(|key| key.kid).collect())
    }

    /// The OAuth application with this client id, among the newest hundred.
    pub(super) async fn application(&self, client_id: &str) -> Result<Application, BackendError> {
        #[derive(Deserialize)]
        struct Applications {
            data: Vec<Application>,
        }
        let request = self.request(Method::GET, &["oauth_applications"]).query(&[("limit", "100")]);
        let (Applications { data }, _) = self.call(request).await?;
        data.into_iter().find(|application| application.client_id == client_id).ok_or(BackendError::NotFound)
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.api.clone();
        // An address that takes no path was refused by the configuration.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        self.http.request(method, url).bearer_auth(self.key.expose())
    }

    async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<(T, HeaderMap), BackendError> {
        if let Some(again_after) = self.quiet_for() {
            return Err(BackendError::Busy { again_after });
        }
        json_of(request).await.map_err(|error| match error {
            CallError::Refused { status: StatusCode::TOO_MANY_REQUESTS, retry_after } => {
                let again_after = retry_after.unwrap_or(QUIET).min(QUIET_AT_MOST);
                let until = Some(Instant::now() + again_after);
                *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
                BackendError::Busy { again_after }
            }
            CallError::Refused { status: StatusCode::NOT_FOUND, .. } => BackendError::NotFound,
            CallError::Refused { status: StatusCode::UNAUTHORIZED, .. } => BackendError::WrongKey,
            error => BackendError::Failed(error),
        })
    }

    fn quiet_for(&self) -> Option<Duration> {
        let until = *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner);
        until?.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends_at(expiration: Option<f64>) -> i64 {
        let (client_id, subject) = (String::new(), String::new());
        let (scopes, aud, revoked, expired) = (Vec::new(), Vec::new(), false, false);
        OpaqueToken { client_id, subject, scopes, aud, revoked, expired, expiration }.ends_at_millis()
    }

    #[test]
    fn an_end_in_seconds_and_one_in_milliseconds_are_told_apart() {
        assert_eq!(ends_at(Some(1_800_000_000.0)), 1_800_000_000_000);
        assert_eq!(ends_at(Some(1_800_000_000_000.0)), 1_800_000_000_000);
        assert_eq!(ends_at(None), i64::MAX);
    }

    #[test]
    fn the_key_is_in_no_log() {
        let api = Url::parse("https://api.clerk.com").unwrap();
        let backend = Backend::new(api, Secret::new("sk_live_topsecret"), reqwest::Client::new());
        assert!(!format!("{backend:?}").contains("topsecret"));
    }
}
