//! Somebody who signed in with a browser, and not with a token made for a script.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use notespot_protocol::Me;
use notespot_testkit::{Answer, Api, Person, TestServer, sha256_of};
use serde_json::Value;
use url::Url;

use super::refusal;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const BACK: &str = "http://127.0.0.1:49152/callback";

/// Ada's access token, by the authorization code flow with PKCE.
pub(crate) async fn access_token(server: &TestServer) -> String {
    access_token_of(server, Person::ada().unwrap()).await.unwrap()
}

/// The same for somebody else, or a password that is not right.
pub(crate) async fn access_token_of(server: &TestServer, person: Person) -> anyhow::Result<String> {
    Ok(tokens_of(server, person).await?["access_token"].as_str().unwrap().to_owned())
}

/// All that the token endpoint gave for it.
pub(crate) async fn tokens_of(server: &TestServer, mut person: Person) -> anyhow::Result<Value> {
    let stranger = server.stranger().unwrap();
    let discovery = stranger.get("/.well-known/notespot.json").await.unwrap().value().unwrap();
    let client_id = discovery["oauth_client_id"].as_str().unwrap().to_owned();
    let endpoints = stranger.get("/.well-known/openid-configuration").await.unwrap().value().unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(sha256_of(VERIFIER.as_bytes()).as_bytes());
    let mut page = Url::parse(endpoints["authorization_endpoint"].as_str().unwrap()).unwrap();
    page.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &client_id)
        .append_pair("redirect_uri", BACK)
        .append_pair("scope", "openid profile email offline_access")
        .append_pair("state", "a state of some length")
        .append_pair("nonce", "a nonce of some length")
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    let back = person.sign_in(page.as_str()).await?;
    let back = Url::parse(&back).unwrap();
    let (_, code) = back.query_pairs().find(|(name, _)| name == "code").expect("no code came back");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("client_id", &client_id),
        ("code_verifier", VERIFIER),
    ];
    let exchange = reqwest::Client::new().post(endpoints["token_endpoint"].as_str().unwrap()).form(&form);
    Answer::of(exchange).await.unwrap().json()
}

pub(super) async fn ada(server: &TestServer) -> Api {
    server.api(access_token(server).await).unwrap()
}

#[tokio::test]
async fn who_signs_in_has_an_empty_library_with_a_quota() {
    let server = TestServer::start().await.unwrap();
    let ada = ada(&server).await;
    let me: Me = ada.get("/v1/me").await.unwrap().json().unwrap();
    assert_eq!((me.name.as_str(), me.email.as_deref()), ("Ada Lovelace", Some("ada@example.org")));
    assert_eq!((me.used.get(), me.quota.get()), (0, 50_000_000_000));
    let renamed = serde_json::json!({ "name": "Countess Lovelace" });
    let me: Me = ada.patch("/v1/me", &renamed).await.unwrap().json().unwrap();
    assert_eq!(me.name, "Countess Lovelace");
    let me: Me = ada.get("/v1/me").await.unwrap().json().unwrap();
    assert_eq!(me.name, "Countess Lovelace");
}

#[tokio::test]
async fn a_forged_token_is_refused_whatever_was_forged() {
    let server = TestServer::start().await.unwrap();
    let real = access_token(&server).await;
    let [header, claims, signature] = real.split('.').collect::<Vec<_>>().try_into().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let mut other: Value = serde_json::from_slice(&claims).unwrap();
    other["sub"] = "user_someone_else".into();
    let other = URL_SAFE_NO_PAD.encode(other.to_string());
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
    let forged = [
        format!("{header}.{other}.{signature}"),
        format!("{unsigned}.{other}."),
        "nsp_".to_owned() + &"0".repeat(64),
        "nonsense".to_owned(),
        String::new(),
    ];
    for token in forged {
        let answer = server.api(token.as_str()).unwrap().get("/v1/me").await.unwrap();
        assert_eq!(refusal(&answer).0, 401, "{token}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{token}");
    }
}
