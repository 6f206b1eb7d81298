//! The keys of an issuer elsewhere, kept for an hour. One cache per issuer: a cache by `kid` alone
//! once let one instance's tokens pass at another.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet};
use notespot_protocol::UserId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::{AuthError, Said, refused};

/// Older keys are still served, and fetched again behind the request.
const FRESH: Duration = Duration::from_hours(1);
/// Between two fetches for a `kid` that is not there: tokens with made-up ones cost nothing.
const BETWEEN_FETCHES: Duration = Duration::from_secs(30);
/// The same while there are no keys at all, so that a provider that comes back is noticed.
const BETWEEN_FIRST_FETCHES: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_MAX_BYTES: usize = 256 * 1024;

/// Keys by `kid`, fetched when they are needed.
pub(super) struct RemoteKeys {
    issuer: String,
    http: reqwest::Client,
    held: RwLock<Held>,
    /// When the last fetch began. Locked while one is in flight.
    fetched: Mutex<Option<Instant>>,
}

#[derive(Clone, Default)]
struct Held {
    keys: Arc<HashMap<String, DecodingKey>>,
    since: Option<Instant>,
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the request failed")]
    Http(#[from] reqwest::Error),
    #[error("the answer is longer than {ANSWER_MAX_BYTES} bytes")]
    TooLong,
    #[error("the answer is not what was expected")]
    Json(#[from] serde_json::Error),
    #[error("there is no key for RS256 in the answer")]
    NoKeys,
}

impl RemoteKeys {
    pub(super) fn new(issuer: &str, http: reqwest::Client) -> Self {
        Self { issuer: issuer.to_owned(), http, held: RwLock::default(), fetched: Mutex::default() }
    }

    /// The key with this `kid`. Unknown: fetched once. Old: served, and refreshed behind the call.
    pub(super) async fn key(self: &Arc<Self>, kid: &str) -> Result<DecodingKey, AuthError> {
        let held = self.held();
        if let Some(key) = held.keys.get(kid) {
            if held.since.is_none_or(|since| since.elapsed() > FRESH) {
                let keys = Arc::clone(self);
                tokio::spawn(async move { keys.refresh_if_idle().await });
            }
            return Ok(key.clone());
        }
        self.refresh_for(kid).await
    }

    async fn refresh_for(&self, kid: &str) -> Result<DecodingKey, AuthError> {
        let mut fetched = self.fetched.lock().await;
        // Whoever waited for the lock may find that the fetch before brought the key.
        let held = self.held();
        if let Some(key) = held.keys.get(kid) {
            return Ok(key.clone());
        }
        let pause = if held.keys.is_empty() { BETWEEN_FIRST_FETCHES } else { BETWEEN_FETCHES };
        if fetched.is_some_and(|at| at.elapsed() < pause) {
            return Err(if held.keys.is_empty() { AuthError::Unavailable } else { refused("unknown key") });
        }
        *fetched = Some(Instant::now());
        if !self.fetch().await {
            return Err(AuthError::Unavailable);
        }
        self.held().keys.get(kid).cloned().ok_or(refused("unknown key"))
    }

    async fn refresh_if_idle(&self) {
        let Ok(mut fetched) = self.fetched.try_lock() else { return };
        if fetched.is_none_or(|at| at.elapsed() >= BETWEEN_FETCHES) {
            *fetched = Some(Instant::now());
            self.fetch().await;
        }
    }

    /// Replaces the keys; those that are held stay when it fails.
    async fn fetch(&self) -> bool {
        match self.fetch_keys().await {
            Ok(keys) => {
                let held = Held { keys: Arc::new(keys), since: Some(Instant::now()) };
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
                true
            }
            Err(error) => {
                tracing::warn!(issuer = self.issuer, error = &error as &dyn std::error::Error, "no new keys");
                false
            }
        }
    }

    async fn fetch_keys(&self) -> Result<HashMap<String, DecodingKey>, FetchError> {
        let request = self.http.get(format!("{}/.well-known/jwks.json", self.issuer));
        let set: JwkSet = answer_of(request).await?;
        let keys: HashMap<_, _> = set.keys.iter().filter_map(rs256_key).collect();
        if keys.is_empty() { Err(FetchError::NoKeys) } else { Ok(keys) }
    }

    /// Name and e-mail address of the token's own person.
    pub(super) async fn userinfo(&self, bearer: &str, user: &UserId) -> Result<Said, AuthError> {
        #[derive(Deserialize)]
        struct UserInfo {
            sub: String,
            #[serde(flatten)]
            said: Said,
        }
        let request = self.http.get(format!("{}/oauth/userinfo", self.issuer)).bearer_auth(bearer);
        match answer_of::<UserInfo>(request).await {
            // OpenID Connect Core §5.3.2: another `sub` must not be used.
            Ok(info) if info.sub == user.0 => Ok(info.said),
            Ok(_) => Err(refused("userinfo of somebody else")),
            Err(FetchError::Http(error)) if error.status().is_some_and(|status| status.is_client_error()) => {
                Ok(Said::default())
            }
            Err(error) => {
                tracing::warn!(issuer = self.issuer, error = &error as &dyn std::error::Error, "no profile");
                Err(AuthError::Unavailable)
            }
        }
    }

    fn held(&self) -> Held {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn rs256_key(jwk: &Jwk) -> Option<(String, DecodingKey)> {
    let AlgorithmParameters::RSA(_) = &jwk.algorithm else { return None };
    Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(jwk).ok()?))
}

async fn answer_of<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, FetchError> {
    let answer = request.timeout(ANSWER_WITHIN).send().await?.error_for_status()?;
    let mut bytes = Vec::new();
    let mut body = answer.bytes_stream();
    while let Some(piece) = body.next().await {
        let piece = piece?;
        if bytes.len() + piece.len() > ANSWER_MAX_BYTES {
            return Err(FetchError::TooLong);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(serde_json::from_slice(&bytes)?)
}
