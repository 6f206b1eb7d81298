//! The app's side of a sign-in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::Digest as _;

use super::Running;
use super::browser::{Browser, Shown};

pub(super) const SCHEME: &str = "notespot://auth/callback";
pub(super) const LOOPBACK: &str = "http://127.0.0.1:49152/callback";
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const STATE: &str = "state of at least eight & more";
pub(super) const PASSWORD: &str = "correct horse battery";
pub(super) const EMAIL: &str = "ada@example.org";

/// The address that the app opens in the browser, with some parameters changed or left out.
pub(super) fn authorize_url(running: &Running, changes: &[(&str, Option<&str>)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(VERIFIER));
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", running.provider.client_id()),
        ("redirect_uri", SCHEME),
        ("state", STATE),
        ("nonce", "a nonce"),
        ("scope", "openid profile email offline_access"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        query.retain(|(existing, _)| existing != name);
        query.extend(value.map(|value| (*name, value)));
    }
    let mut url = running.url.join("/oauth/authorize").unwrap();
    url.query_pairs_mut().extend_pairs(query);
    url.into()
}

/// Makes the account at the first visit, and returns the last page.
pub(super) async fn first_visit(running: &Running, browser: &mut Browser, redirect: &str) -> Shown {
    let page = browser.open(&authorize_url(running, &[("redirect_uri", Some(redirect))])).await;
    assert!(page.body.contains("Create your account"), "{}", page.body);
    let typed = [("name", "Ada Lovelace"), ("email", EMAIL), ("password", PASSWORD)];
    browser.submit(&page, &typed).await
}

/// A code for a new account.
pub(super) async fn first_code(running: &Running) -> String {
    first_visit(running, &mut Browser::new(), SCHEME).await.answer()["code"].clone()
}

/// `POST /oauth/token`: the status and the answer.
pub(super) async fn token(running: &Running, form: &[(&str, &str)]) -> (u16, Value) {
    let mut form = form.to_vec();
    if !form.iter().any(|(name, _)| *name == "client_id") {
        form.push(("client_id", running.provider.client_id()));
    }
    let request = reqwest::Client::new().post(running.at("/oauth/token")).form(&form);
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    (response.status().as_u16(), response.json().await.unwrap())
}

pub(super) async fn exchange(running: &Running, code: &str, verifier: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", verifier),
        ("redirect_uri", SCHEME),
    ];
    token(running, &form).await
}

pub(super) async fn refresh(running: &Running, refresh_token: &Value) -> (u16, Value) {
    let refresh_token = refresh_token.as_str().unwrap();
    token(running, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
}

/// What a JWT says, unchecked.
pub(super) fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
