//! Signing in as a person does, at the server's own pages.

use anyhow::Context as _;
use notespot_testkit::{Answer, Person, TestServer};
use reqwest::Url;
use serde_json::Value;

// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "http://127.0.0.1:49152/callback";

/// Ada's access token. Makes her account where there is none; otherwise her password has to be right.
pub(crate) async fn sign_in(server: &TestServer) -> anyhow::Result<String> {
    let discovery = server.stranger()?.get("/.well-known/notespot.json").await?.value()?;
    let client_id = discovery["oauth_client_id"].as_str().context("no client id")?;
    let mut page = Url::parse(&server.at("/oauth/authorize"))?;
    page.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", BACK),
        ("scope", "openid profile email offline_access"),
        ("state", "a state of some length"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let back = Url::parse(&Person::ada()?.sign_in(page.as_str()).await?)?;
    let (_, code) = back.query_pairs().find(|(name, _)| name == "code").context("no code came back")?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", BACK),
        ("client_id", client_id),
        ("code_verifier", VERIFIER),
    ];
    let exchange = reqwest::Client::new().post(server.at("/oauth/token")).form(&form);
    let tokens: Value = Answer::of(exchange).await?.json()?;
    Ok(tokens["access_token"].as_str().context("no token")?.to_owned())
}
