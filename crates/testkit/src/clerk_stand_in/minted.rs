//! Tokens with anything in them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::state::{State, random_id};
use super::{ACCESS_LASTS, keys};

/// A token that is not signed yet: as Clerk would make it, and then changed.
#[derive(Clone, Debug)]
pub struct Minted {
    state: Arc<State>,
    header: Value,
    claims: Value,
}

impl Minted {
    fn new(state: &Arc<State>, typ: &str, claims: Value) -> Self {
        let kid = state.with(|inner| inner.keys.last().map(|key| key.kid.clone()));
        Self { state: Arc::clone(state), header: json!({ "alg": "RS256", "kid": kid, "typ": typ }), claims }
    }

    pub(super) fn access(state: &Arc<State>, user: &str, scopes: &[&str]) -> Self {
        let now = state.now_millis().div_euclid(1000);
        let ends = now + i64::try_from(ACCESS_LASTS.as_secs()).unwrap_or(i64::MAX);
        let claims = json!({
            "iss": state.issuer, "sub": user, "client_id": state.client_id, "jti": random_id("oat_"),
            "scp": scopes, "scope": scopes.join(" "), "iat": now, "nbf": now, "exp": ends,
        });
        Self::new(state, "at+jwt", claims)
    }

    pub(super) fn session(state: &Arc<State>, user: &str, azp: &str) -> Self {
        let now = state.now_millis().div_euclid(1000);
        let claims = json!({
            "iss": state.issuer, "sub": user, "azp": azp, "sid": random_id("sess_"), "jti": random_id(""),
            "sts": "active", "fva": [0, -1], "v": 2, "iat": now, "nbf": now - 10, "exp": now + 60,
        });
        Self::new(state, "JWT", claims)
    }

    pub(super) fn id_token(state: &Arc<State>, user: &Value, nonce: Option<&str>) -> Self {
        let now = state.now_millis().div_euclid(1000);
        let claims = json!({
            "iss": state.issuer, "sub": user["id"], "aud": state.client_id, "jti": random_id(""), "iat": now,
            "exp": now + 86_400, "nonce": nonce, "given_name": user["first_name"],
            "family_name": user["last_name"], "email": user["email_addresses"][0]["email_address"],
        });
        let token = Self::new(state, "JWT", claims);
        if nonce.is_none() { token.claim("nonce", Value::Null) } else { token }
    }

    /// Sets a claim; null takes it away.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    /// Sets a part of the header; null takes it away.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// Signed with the key of now, whatever the header says.
    #[must_use]
    pub fn sign(&self) -> String {
        let sign = |key: &keys::Key| key.sign(&self.header, &self.claims);
        self.state.with(|inner| inner.keys.last().map(sign)).unwrap_or_default()
    }

    /// With `alg` none and an empty signature.
    #[must_use]
    pub fn unsigned(self) -> String {
        let token = self.header("alg", "none");
        format!("{}.{}.", keys::part(&token.header), keys::part(&token.claims))
    }

    /// HS256, with the public key as the secret.
    #[must_use]
    pub fn sign_with_public_key(self) -> String {
        let token = self.header("alg", "HS256");
        let sign = |key: &keys::Key| key.sign_with_public_key(&token.header, &token.claims);
        token.state.with(|inner| inner.keys.last().map(sign)).unwrap_or_default()
    }
}

fn set(part: &mut Value, name: &str, value: Value) {
    let Some(members) = part.as_object_mut() else { return };
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
}
