//! The keys of an issuer elsewhere. One cache for each issuer: a cache by `kid` alone once let one instance's
//! tokens pass at another.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use tokio::sync::Mutex;

use super::{AuthError, refused};
use crate::identity::outgoing::{CallError, json_of};

/// For how long keys are believed at most.
pub(crate) const STALE_AT_MOST: Duration = Duration::from_hours(1);

/// The times by which an issuer's keys are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTimes {
    /// Older keys are still served, and fetched again behind the request.
    pub fresh: Duration,
    /// Older ones than this are not served any more, however long the issuer is away.
    pub stale_at_most: Duration,
    /// Between two fetches for a `kid` that is not there: tokens with made-up ones cost nothing.
    pub between_fetches: Duration,
    /// The same while there are no keys at all, so that a provider that comes back is noticed.
    pub between_first_fetches: Duration,
}

impl Default for KeyTimes {
    /// A quarter of an hour, an hour, 30 seconds, 2 seconds.
    ///
    /// A key that the issuer has taken back, because somebody else has it, opens everything for as long as it is
    /// believed: that is `fresh` while the issuer can be asked, and `stale_at_most` whatever is done to keep this
    /// server from asking. A shorter time than an hour would turn everybody away in each longer failure of the
    /// issuer's, a day would be as long as an access token lives.
    fn default() -> Self {
        Self {
            fresh: Duration::from_mins(15),
            stale_at_most: STALE_AT_MOST,
            between_fetches: Duration::from_secs(30),
            between_first_fetches: Duration::from_secs(2),
        }
    }
}

/// Keys by `kid`, fetched when they are needed. Memory: what a document of 256 KiB holds.
pub(super) struct RemoteKeys {
    pub(super) issuer: String,
    pub(super) http: reqwest::Client,
    times: KeyTimes,
    held: RwLock<Held>,
    /// The last fetch. Locked while one is in flight.
    last: Mutex<Option<Fetch>>,
}

#[derive(Clone, Default)]
struct Held {
    keys: Arc<HashMap<String, DecodingKey>>,
    since: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Fetch {
    began: Instant,
    worked: bool,
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("there is no key for RS256 in the answer")]
    NoKeys,
}

impl Held {
    fn is_older_than(&self, age: Duration) -> bool {
        self.since.is_none_or(|since| since.elapsed() > age)
    }
}

impl RemoteKeys {
    pub(super) fn new(issuer: &str, http: reqwest::Client, times: KeyTimes) -> Self {
        Self { issuer: issuer.to_owned(), http, times, held: RwLock::default(), last: Mutex::default() }
    }

    /// The key with this `kid`. Unknown: fetched once. Old: served, and refreshed behind the call. Too old:
    /// fetched first.
    pub(super) async fn key(self: &Arc<Self>, kid: &str) -> Result<DecodingKey, AuthError> {
        let this = Arc::clone(self);
        if let Some(key) = self.held_key(kid) {
            if self.held().is_older_than(self.times.fresh) {
                tokio::spawn(async move { this.refresh_if_idle().await });
            }
            return Ok(key);
        }
        // On a task of its own: a caller that goes away must not stop a fetch that others wait for.
        let kid = kid.to_owned();
        tokio::spawn(async move { this.fetch_for(&kid).await }).await.unwrap_or(Err(AuthError::Unavailable))
    }

    async fn fetch_for(&self, kid: &str) -> Result<DecodingKey, AuthError> {
        let mut last = self.last.lock().await;
        // Whoever waited for the lock may find that the fetch before brought the key.
        if let Some(key) = self.held_key(kid) {
            return Ok(key);
        }
        let never = self.held().since.is_none();
        let pause = if never { self.times.between_first_fetches } else { self.times.between_fetches };
        if let Some(before) = last.filter(|fetch| fetch.began.elapsed() < pause) {
            // What could not be asked is not known to be wrong.
            return Err(if before.worked { refused("unknown key") } else { AuthError::Unavailable });
        }
        if !self.fetch(&mut last).await {
            return Err(AuthError::Unavailable);
        }
        self.held_key(kid).ok_or(refused("unknown key"))
    }

    async fn refresh_if_idle(&self) {
        let Ok(mut last) = self.last.try_lock() else { return };
        if last.is_none_or(|fetch| fetch.began.elapsed() >= self.times.between_fetches) {
            self.fetch(&mut last).await;
        }
    }

    /// Replaces the keys; those that are held stay when it fails.
    async fn fetch(&self, last: &mut Option<Fetch>) -> bool {
        let began = Instant::now();
        let fetched = self.fetch_keys().await;
        *last = Some(Fetch { began, worked: fetched.is_ok() });
        match fetched {
            Ok(keys) => {
                let held = Held { keys: Arc::new(keys), since: Some(Instant::now()) };
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
                true
            }
            Err(error) => {
                self.warn(&error);
                false
            }
        }
    }

    /// Says what the keys that are held are worth yet.
    fn warn(&self, error: &FetchError) {
        let (issuer, error) = (self.issuer.as_str(), error as &dyn std::error::Error);
        match self.age() {
            Some(age) if age <= self.times.stale_at_most => {
                let left_secs = self.times.stale_at_most.saturating_sub(age).as_secs();
                tracing::warn!(
                    issuer,
                    error,
                    age_secs = age.as_secs(),
                    left_secs,
                    "no new keys: old ones go on"
                );
            }
            Some(age) => {
                let age_secs = age.as_secs();
                tracing::error!(
                    issuer,
                    error,
                    age_secs,
                    "no new keys, and the old ones are too old: nobody gets in"
                );
            }
            None => tracing::error!(issuer, error, "no keys yet: nobody gets in"),
        }
    }

    /// How long ago the keys were fetched that are held.
    pub(super) fn age(&self) -> Option<Duration> {
        self.held().since.map(|since| since.elapsed())
    }

    async fn fetch_keys(&self) -> Result<HashMap<String, DecodingKey>, FetchError> {
        let request = self.http.get(format!("{}/.well-known/jwks.json", self.issuer));
        let (set, _): (JwkSet, _) = json_of(request).await?;
        let keys: HashMap<_, _> = set.keys.iter().filter_map(rs256_key).collect();
        if keys.is_empty() { Err(FetchError::NoKeys) } else { Ok(keys) }
    }

    /// The key, if it is not too old to be served.
    fn held_key(&self, kid: &str) -> Option<DecodingKey> {
        let held = self.held();
        if held.is_older_than(self.times.stale_at_most) { None } else { held.keys.get(kid).cloned() }
    }

    fn held(&self) -> Held {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The key of an entry that is one for signatures by RS256, and may be used for them.
fn rs256_key(jwk: &Jwk) -> Option<(String, DecodingKey)> {
    let AlgorithmParameters::RSA(_) = &jwk.algorithm else { return None };
    let signs = jwk.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let by_rs256 =
        jwk.common.key_algorithm.as_ref().is_none_or(|algorithm| *algorithm == KeyAlgorithm::RS256);
    if !signs || !by_rs256 {
        return None;
    }
    Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(jwk).ok()?))
}
