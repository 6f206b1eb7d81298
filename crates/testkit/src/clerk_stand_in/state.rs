//! What the stand-in knows.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notespot_protocol::ClientRef;
use serde_json::{Value, json};

use super::ACCESS_LASTS;
use super::keys::Key;
use super::moods::{Door, Mood};

pub(super) struct State {
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) secret_key: String,
    pub(super) webhook_secret: String,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    /// The last one signs.
    pub(super) keys: Vec<Key>,
    pub(super) users: BTreeMap<String, Value>,
    pub(super) application: Value,
    /// Who is signed in at the browser.
    pub(super) browser: String,
    pub(super) codes: HashMap<String, Grant>,
    pub(super) refresh: HashMap<String, Refresh>,
    /// What the Backend API says of opaque tokens.
    pub(super) opaque: HashMap<String, Value>,
    pub(super) revoked: Vec<BTreeMap<String, String>>,
    pub(super) moods: HashMap<Door, Mood>,
    pub(super) asked: HashMap<Door, u64>,
    pub(super) clock_ahead_secs: i64,
    pub(super) gives_opaque: bool,
    pub(super) gives_refresh: bool,
    pub(super) grant_refusal: u16,
}

/// What a code stands for.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) user: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
}

/// A refresh token: good for one use.
#[derive(Clone)]
pub(super) struct Refresh {
    pub(super) user: String,
    pub(super) scope: String,
    pub(super) is_spent: bool,
}

pub(super) fn random_id(prefix: &str) -> String {
    format!("{prefix}{}", ClientRef::generate().0.simple())
}

impl State {
    pub(super) fn new(issuer: &str) -> anyhow::Result<Self> {
        let client_id = random_id("client_");
        let application = json!({
            "object": "oauth_application", "id": random_id("oa_"), "name": "Notespot", "client_id": client_id,
            "public": true, "pkce_required": true, "consent_screen_enabled": true,
            "scopes": "profile email openid offline_access",
            "redirect_uris": ["notespot://auth/callback", "http://127.0.0.1/callback"],
        });
        let inner = Inner {
            keys: vec![Key::generate()?],
            users: BTreeMap::new(),
            application,
            browser: String::new(),
            codes: HashMap::new(),
            refresh: HashMap::new(),
            opaque: HashMap::new(),
            revoked: Vec::new(),
            moods: HashMap::new(),
            asked: HashMap::new(),
            clock_ahead_secs: 0,
            gives_opaque: false,
            gives_refresh: true,
            grant_refusal: 400,
        };
        let signing = [random_id(""), random_id("")].concat();
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id,
            secret_key: random_id("sk_test_"),
            webhook_secret: format!("whsec_{}", STANDARD.encode(&signing[..32])),
            inner: Mutex::new(inner),
        })
    }

    pub(super) fn with<T>(&self, f: impl FnOnce(&mut Inner) -> T) -> T {
        f(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// By its own clock.
    pub(super) fn now_millis(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(now.as_millis()).unwrap_or(i64::MAX) + self.with(|inner| inner.clock_ahead_secs) * 1000
    }

    pub(super) fn opaque_token(&self, user: &str, client_id: &str, scope: &str) -> String {
        let (token, now) = (random_id("oat_"), self.now_millis().div_euclid(1000));
        let ends = now + i64::try_from(ACCESS_LASTS.as_secs()).unwrap_or(i64::MAX);
        let told = json!({
            "object": "clerk_idp_oauth_access_token", "id": random_id("oat_"), "client_id": client_id,
            "type": "oauth:access_token", "subject": user, "scopes": scope.split(' ').collect::<Vec<_>>(),
            "revoked": false, "revocation_reason": null, "expired": false, "expiration": ends,
            "created_at": now, "updated_at": now,
        });
        self.with(|inner| inner.opaque.insert(token.clone(), told));
        token
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
