//! Webhooks, as Svix signs and sends them.

use std::sync::Arc;

use anyhow::Context as _;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;

use super::state::{State, random_id};
use crate::Answer;

/// A delivery that was not sent yet. Sent twice, it is the same delivery: its id and its body stay.
#[derive(Clone, Debug)]
pub struct Webhook {
    id: String,
    signed_at_secs: i64,
    secret: String,
    body: String,
    /// What stands before the signature.
    before: String,
    /// What is sent in the place of the signed body.
    forged: Option<String>,
}

impl Webhook {
    pub(super) fn new(state: &Arc<State>, kind: &str, data: &Value) -> Self {
        let now = state.now_millis();
        let body = json!({
            "object": "event", "type": kind, "timestamp": now, "instance_id": "ins_1", "data": data,
        });
        Self {
            id: random_id("msg_"),
            signed_at_secs: now.div_euclid(1000),
            secret: state.webhook_secret.clone(),
            body: body.to_string(),
            before: String::new(),
            forged: None,
        }
    }

    /// Signed so many seconds earlier; later, where that is negative.
    #[must_use]
    pub fn signed_earlier(mut self, seconds: i64) -> Self {
        self.signed_at_secs -= seconds;
        self
    }

    /// Signed with another secret, `whsec_…`.
    #[must_use]
    pub fn signed_with(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.secret);
        self
    }

    /// With the signature of a secret that is going to be retired before its own.
    #[must_use]
    pub fn signed_twice(mut self) -> Self {
        self.before = format!("v1,{} ", STANDARD.encode([7; 32]));
        self
    }

    /// With this body, signed as it is.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    /// With this body, under the signature of another.
    #[must_use]
    pub fn forged(mut self, body: impl Into<String>) -> Self {
        self.forged = Some(body.into());
        self
    }

    /// Delivers it to a server.
    pub async fn send(&self, server: &Url) -> anyhow::Result<Answer> {
        let key = STANDARD.decode(self.secret.trim_start_matches("whsec_")).context("no secret")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signed = format!("{}.{}.{}", self.id, self.signed_at_secs, self.body);
        let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
        let request = reqwest::Client::builder().no_proxy().build()?.post(server.join("webhooks/clerk")?);
        let request = request
            .header("svix-id", &self.id)
            .header("svix-timestamp", self.signed_at_secs.to_string())
            .header("svix-signature", format!("{}v1,{signature}", self.before))
            .header("content-type", "application/json")
            .body(self.forged.clone().unwrap_or_else(|| self.body.clone()));
        Answer::of(request).await
    }
}
