//! A stand-in for Clerk: a server that answers as Clerk does, and fails as a test wants it to.

mod backend;
mod keys;
mod minted;
mod moods;
mod oauth;
mod sign_in;
mod state;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use self::keys::Key;
pub use self::minted::Minted;
pub use self::moods::{Door, Mood};
use self::state::{State, random_id};
pub use self::webhook::Webhook;

/// Clerk as client and server meet it, on a port of its own: OAuth and its documents, the Backend API, and the
/// sender of its webhooks. One OAuth application is registered at it, `client_id`.
///
/// It shares no code with Notespot's own identity provider: what both understand, they understand apart. As
/// Clerk's do, its token endpoint and its Backend API answer 403 to whoever does not say who they are.
///
/// Dropping it ends it.
#[derive(Debug)]
pub struct ClerkStandIn {
    url: Url,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

impl ClerkStandIn {
    /// Starts one, with one user: Ada Lovelace.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let state = Arc::new(State::new(url.as_str().trim_end_matches('/'))?);
        let app = oauth::router().merge(backend::router()).with_state(Arc::clone(&state));
        let app = app.layer(axum::middleware::from_fn_with_state(Arc::clone(&state), moods::pass));
        let serving = tokio::spawn(async move {
            // It serves until it is dropped.
            let _ended = axum::serve(listener, app).await;
        });
        let stand_in = Self { url, state, serving };
        stand_in.add_user("user_ada", "Ada", "Lovelace", "ada@example.org");
        Ok(stand_in)
    }

    /// `iss` of its tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.state.issuer
    }

    /// Where it is: its Frontend API and its Backend API.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The client id of the OAuth application.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.state.client_id
    }

    /// The key of its Backend API.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        &self.state.secret_key
    }

    /// What its webhooks are signed with.
    #[must_use]
    pub fn webhook_secret(&self) -> &str {
        &self.state.webhook_secret
    }

    /// What a server has to be started with: everything that it can know.
    #[must_use]
    pub fn flags(&self) -> Vec<String> {
        [
            ("--issuer", self.issuer()),
            ("--oauth-client-id", self.client_id()),
            ("--authorized-parties", "https://web.example"),
            ("--clerk-secret-key", self.secret_key()),
            ("--clerk-webhook-secret", self.webhook_secret()),
            ("--clerk-api-url", self.url.as_str()),
        ]
        .into_iter()
        .flat_map(|(flag, value)| [flag.to_owned(), value.to_owned()])
        .collect()
    }

    /// Adds a user, or changes the one with this id, now by its own clock.
    pub fn add_user(&self, id: &str, first_name: &str, last_name: &str, email: &str) {
        let (now, address) = (self.state.now_millis(), format!("idn_{id}"));
        let user = json!({
            "id": id, "object": "user", "username": null, "first_name": first_name, "last_name": last_name,
            "image_url": "https://img.example/ada.png", "primary_email_address_id": address,
            "email_addresses": [{
                "id": address, "object": "email_address", "email_address": email,
                "verification": { "status": "verified" },
            }],
            "public_metadata": {}, "banned": false, "locked": false, "created_at": now, "updated_at": now,
        });
        self.state.with(|inner| inner.users.insert(id.to_owned(), user));
    }

    /// Changes one thing of a user, such as `banned`, now by its own clock.
    pub fn set_user(&self, id: &str, name: &str, value: impl Into<Value>) {
        let now = self.state.now_millis();
        self.state.with(|inner| {
            if let Some(user) = inner.users.get_mut(id) {
                // Two changes in one millisecond are two all the same.
                let before = user["updated_at"].as_i64().unwrap_or_default();
                user["updated_at"] = now.max(before + 1).into();
                user[name] = value.into();
            }
        });
    }

    /// The user as the Backend API gives it, and webhooks carry it.
    #[must_use]
    pub fn user(&self, id: &str) -> Value {
        self.state.with(|inner| inner.users.get(id).cloned()).unwrap_or_default()
    }

    /// Signs with a new key from now on. The ones before stay published, as long as no
    /// [`forget_old_keys`](Self::forget_old_keys) takes them away.
    pub fn rotate_keys(&self) -> anyhow::Result<()> {
        let key = Key::generate()?;
        self.state.with(|inner| inner.keys.push(key));
        Ok(())
    }

    /// Publishes the newest key only.
    pub fn forget_old_keys(&self) {
        self.state.with(|inner| {
            let last = inner.keys.len().saturating_sub(1);
            inner.keys.drain(..last);
        });
    }

    /// How it answers at one of its doors from now on.
    pub fn set_mood(&self, door: Door, mood: Mood) {
        self.state.with(|inner| inner.moods.insert(door, mood));
    }

    /// How often it was asked something at this door, 403 and failures included.
    #[must_use]
    pub fn asked(&self, door: Door) -> u64 {
        self.state.with(|inner| inner.asked.get(&door).copied()).unwrap_or_default()
    }

    /// Its clock goes ahead of this machine's by so many seconds.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.state.with(|inner| inner.clock_ahead_secs = seconds);
    }

    /// Its token endpoint gives opaque access tokens, as for applications made before January 2026.
    pub fn give_opaque_tokens(&self) {
        self.state.with(|inner| inner.gives_opaque = true);
    }

    /// Its token endpoint gives no refresh tokens, whatever is asked for.
    pub fn give_no_refresh_tokens(&self) {
        self.state.with(|inner| inner.gives_refresh = false);
    }

    /// The status of `invalid_grant`: Clerk sends 400 or 401.
    pub fn refuse_grants_with(&self, status: u16) {
        self.state.with(|inner| inner.grant_refusal = status);
    }

    /// Changes one setting of the OAuth application, such as `public`.
    pub fn set_application(&self, name: &str, value: impl Into<Value>) {
        self.state.with(|inner| inner.application[name] = value.into());
    }

    /// An access token of this user, as the token endpoint gives it: to be changed, and signed.
    #[must_use]
    pub fn access_token(&self, user: &str) -> Minted {
        Minted::access(&self.state, user, &["openid", "profile", "email", "offline_access"])
    }

    /// A session token of this user, as a web front end at `azp` sends it: to be changed, and signed.
    #[must_use]
    pub fn session_token(&self, user: &str, azp: &str) -> Minted {
        Minted::session(&self.state, user, azp)
    }

    /// An opaque access token of this user, for one of its OAuth applications.
    #[must_use]
    pub fn opaque_token(&self, user: &str, client_id: &str) -> String {
        self.state.opaque_token(user, client_id, "openid profile email")
    }

    /// Changes what the Backend API says of an opaque token, such as `revoked`.
    pub fn set_opaque_token(&self, token: &str, name: &str, value: impl Into<Value>) {
        self.state.with(|inner| {
            if let Some(told) = inner.opaque.get_mut(token) {
                told[name] = value.into();
            }
        });
    }

    /// What a browser does in which this user is signed in and says yes: opens the page, and is sent back to the
    /// address that this gives. An error shows what was answered instead.
    pub async fn browse(&self, page: &str, user: &str) -> anyhow::Result<String> {
        self.state.with(|inner| user.clone_into(&mut inner.browser));
        sign_in::browse(page).await
    }

    /// A webhook of this type, as Svix would deliver it now: to be changed, and sent.
    #[must_use]
    pub fn webhook(&self, kind: &str, data: &Value) -> Webhook {
        Webhook::new(&self.state, kind, data)
    }

    /// `user.updated`, with the user as it is now.
    #[must_use]
    pub fn user_updated(&self, user: &str) -> Webhook {
        self.webhook("user.updated", &self.user(user))
    }

    /// `user.deleted`.
    #[must_use]
    pub fn user_deleted(&self, user: &str) -> Webhook {
        self.webhook("user.deleted", &json!({ "object": "user", "id": user, "deleted": true }))
    }

    /// The forms that were posted to be revoked.
    #[must_use]
    pub fn revoked(&self) -> Vec<BTreeMap<String, String>> {
        self.state.with(|inner| inner.revoked.clone())
    }

    /// A time on its clock, in seconds since 1970.
    #[must_use]
    pub fn in_seconds(&self, from_now: i64) -> i64 {
        self.state.now_millis().div_euclid(1000) + from_now
    }

    /// A name that is nobody else's.
    #[must_use]
    pub fn unique(&self, prefix: &str) -> String {
        random_id(prefix)
    }
}

impl Drop for ClerkStandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// How long an access token lives, as at Clerk.
const ACCESS_LASTS: Duration = Duration::from_hours(24);
