//! Tokens that were not made by the provider, or not for this server.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use notespot_protocol::Timestamp;
use notespot_server::identity::{AuthError, LocalProvider, LocalSettings, SignUp};
use serde_json::{Value, json};

use super::Running;
use super::app::{VERIFIER, exchange, first_code};

async fn refused(running: &Running, token: &str) -> &'static str {
    match running.verifier.verify(token).await {
        Err(AuthError::NotSignedIn { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn access_token(running: &Running) -> String {
    let (_, tokens) = exchange(running, &first_code(running).await, VERIFIER).await;
    tokens["access_token"].as_str().unwrap().to_owned()
}

async fn published_key(running: &Running) -> Value {
    let set: Value = reqwest::get(running.at("/.well-known/jwks.json")).await.unwrap().json().await.unwrap();
    set["keys"][0].clone()
}

#[tokio::test]
async fn a_token_that_signs_itself_is_refused() {
    let running = Running::start(SignUp::Open).await;
    let token = access_token(&running).await;
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let key = published_key(&running).await;

    let none = part(&json!({"alg": "none", "typ": "at+jwt", "kid": key["kid"]}));
    assert_eq!(refused(&running, &format!("{none}.{claims}.x")).await, "unreadable header");
    assert_eq!(refused(&running, &format!("{none}.{claims}.")).await, "not three parts");

    // The public key as an HMAC secret: the classic confusion of algorithms.
    let mut hs256 = Header::new(Algorithm::HS256);
    hs256.typ = Some("at+jwt".to_owned());
    hs256.kid = key["kid"].as_str().map(str::to_owned);
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    let body: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let forged = jsonwebtoken::encode(&hs256, &body, &EncodingKey::from_secret(&modulus)).unwrap();
    assert_eq!(refused(&running, &forged).await, "wrong algorithm");

    let mut other = body.clone();
    other["sub"] = "user_somebody_else".into();
    let changed = format!("{header}.{}.{signature}", part(&other));
    assert_eq!(refused(&running, &changed).await, "forged signature");
}

#[tokio::test]
async fn a_token_of_another_key_type_or_issuer_is_refused() {
    let running = Running::start(SignUp::Open).await;
    let token = access_token(&running).await;
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        format!("{}.{claims}.{signature}", part(&header))
    };
    assert_eq!(refused(&running, &with("kid", "ins_other".into())).await, "unknown key");
    assert_eq!(refused(&running, &with("kid", Value::Null)).await, "no kid");
    assert_eq!(refused(&running, &with("typ", "secevent+jwt".into())).await, "wrong typ");
    assert_eq!(refused(&running, &with("crit", json!(["x"]))).await, "critical header");

    let other = Running::start(SignUp::Open).await;
    assert_eq!(refused(&other, &token).await, "unknown issuer");
    assert_eq!(refused(&running, "").await, "not three parts");
    assert_eq!(refused(&running, &"a.".repeat(9000)).await, "too long");
}

#[tokio::test]
async fn a_token_for_another_client_of_the_same_provider_is_refused() {
    let running = Running::start(SignUp::Open).await;
    let token = access_token(&running).await;
    // The same keys and issuer, with another client: what another app of the instance would get.
    let settings = LocalSettings {
        keys_dir: Running::keys_of(running.folder.path()),
        public_url: running.url.clone(),
        client_id: Some("another-app".to_owned()),
        sign_up: SignUp::Closed,
    };
    let accounts = super::accounts_in(running.folder.path()).await;
    let other = LocalProvider::open(accounts.clone(), accounts, settings).await.unwrap();
    let verifier = notespot_server::identity::Verifier::new(&running.url, vec![other.trusted()]);
    let refused = verifier.verify(&token).await;
    assert_eq!(refused, Err(AuthError::NotSignedIn { reason: "wrong client_id" }));
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let running = Running::start(SignUp::Open).await;
    let token = access_token(&running).await;
    let claims = super::app::claims(&token.into());
    let now = Timestamp::now().as_millis() / 1000;
    assert!((now + 3590..=now + 3600).contains(&claims["exp"].as_i64().unwrap()));
    // Signed with the provider's own key, as an hour ago.
    let pkcs8 = std::fs::read(Running::keys_of(running.folder.path()).join("signing-key.p8")).unwrap();
    let mut claims = claims;
    claims["exp"] = (now - 6).into();
    let expired = sign(&pkcs8, published_key(&running).await["kid"].as_str().unwrap(), &claims);
    assert_eq!(refused(&running, &expired).await, "expired");
    claims["exp"] = (now + 60).into();
    let valid = sign(&pkcs8, published_key(&running).await["kid"].as_str().unwrap(), &claims);
    running.verifier.verify(&valid).await.unwrap();
}

/// RS256 by hand, so that any claims can be signed.
pub(crate) fn sign(pkcs8: &[u8], kid: &str, claims: &Value) -> String {
    use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
    let pair = RsaKeyPair::from_pkcs8(pkcs8).unwrap();
    let message = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "at+jwt", "kid": kid})), part(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    let random = aws_lc_rs::rand::SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}
