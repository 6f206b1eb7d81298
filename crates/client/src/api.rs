//! The REST API, typed. One method for each call; see `DESIGN.md`, section 4.

use std::time::Duration;

use notespot_protocol::{ErrorCode, Revision};
use rand::RngExt as _;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, IF_MATCH};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::{self, Declined};
use crate::packed::with_body;
use crate::{ClientError, Secret, Session};

mod account;
pub(crate) mod discovery;
mod events;
mod links;
mod many_nodes;
mod nodes;
mod sse;
mod transfers;

pub use self::discovery::discover;
pub use self::events::Events;

/// How often a call that is safe to repeat is sent.
const TRIES: u32 = 3;
/// The same for one who has time: about a quarter of a minute, in which a server starts again.
const PATIENT_TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// A server that wants to be left alone for longer gets its wish: the error goes to the caller.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Speaks the REST API in the name of a [`Session`]. Cheap to clone.
///
/// Every call: takes a fresh access token, renews it once when the server answers 401, is repeated
/// at most twice where that is safe (more often by a [`patient`](Self::patient) one), reads at most
/// 32 MiB, and gives up after 30 seconds a try.
#[derive(Clone, Debug)]
pub struct ApiClient {
    session: Session,
    tries: u32,
}

/// One call, ready to be sent more than once.
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    if_match: Option<Revision>,
    repeatable: bool,
}

impl Call {
    fn new(method: Method, path: impl Into<String>, repeatable: bool) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: None, if_match: None, repeatable }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, true)
    }

    /// A POST that makes no second thing when it arrives twice.
    pub(crate) fn post_again(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path, true)
    }

    pub(crate) fn post_once(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path, false)
    }

    /// Without `If-Match` it may arrive twice; with it, the second time would be refused as stale.
    pub(crate) fn patch(path: impl Into<String>, if_match: Option<Revision>) -> Self {
        Self::new(Method::PATCH, path, if_match.is_none()).if_match(if_match)
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path, true)
    }

    pub(crate) fn if_match(mut self, revision: Option<Revision>) -> Self {
        self.if_match = revision;
        self.repeatable &= revision.is_none();
        self
    }

    pub(crate) fn query(mut self, query: Vec<(String, String)>) -> Self {
        self.query = query;
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        // Our own types have no map with odd keys and no failing `Serialize`.
        self.body = Some(serde_json::to_vec(body).unwrap_or_default());
        self
    }
}

impl ApiClient {
    /// Speaks for this session.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self { session, tries: TRIES }
    }

    /// The same client for work that goes on by itself, with nobody waiting for an answer: it outlasts a
    /// server that is restarted, and a network that changes.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { session: self.session.clone(), tries: PATIENT_TRIES }
    }

    /// The session that it speaks for.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let mut tried = 1;
        let mut token = self.session.bearer().await?;
        let mut renewed = false;
        loop {
            let declined = match self.send_once(&call, &token).await {
                Ok(value) => return Ok(value),
                Err(declined) => declined,
            };
            if !renewed && declined.error.code() == ErrorCode::NotSignedIn {
                renewed = true;
                token = self.session.renew(token).await?;
                continue;
            }
            match pause(&call, &declined, tried, self.tries) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(declined.error),
            }
            tried += 1;
        }
    }

    /// For answers that hold nothing of interest, or nothing at all.
    pub(crate) async fn send_for_nothing(&self, call: Call) -> Result<(), ClientError> {
        let _: serde::de::IgnoredAny = self.send(call).await?;
        Ok(())
    }

    async fn send_once<T: DeserializeOwned>(&self, call: &Call, token: &Secret) -> Result<T, Declined> {
        let server = self.session.server();
        // Paths are made of fixed words, UUIDs and slugs: joining cannot fail or leave the server.
        let url = server.join(&call.path).map_err(|_| ClientError::NotANotespotServer {
            server: server.to_string(),
            reason: "its address takes no path",
        })?;
        let mut request = self.session.http().request(call.method.clone(), url).bearer_auth(token.expose());
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        if let Some(revision) = call.if_match {
            request = request.header(IF_MATCH, format!("\"{revision}\""));
        }
        if let Some(body) = &call.body {
            request = with_body(request.header(CONTENT_TYPE, "application/json"), server, body);
        }
        let answer = self.session.http().send(request).await?;
        answer::read(server, answer).await
    }
}

/// How long to wait before the next try; `None` when there is none.
fn pause(call: &Call, declined: &Declined, tried: u32, at_most: u32) -> Option<Duration> {
    if !call.repeatable || tried >= at_most || !declined.error.is_passing() {
        return None;
    }
    let doubled = FIRST_PAUSE * 2_u32.pow(tried - 1);
    // Full jitter keeps a thousand clients from coming back at once.
    let jittered = doubled.mul_f64(rand::rng().random_range(0.5..1.5)).min(LONGEST_PAUSE);
    let pause = declined.retry_after.unwrap_or(jittered);
    (pause <= LONGEST_PAUSE).then_some(pause)
}

/// A query's fields, by serde's own names: what the server reads them by.
fn pairs(query: &impl Serialize) -> Vec<(String, String)> {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(query) else { return Vec::new() };
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, text(value))).collect()
}
