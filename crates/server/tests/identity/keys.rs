//! What the provider keeps on disk.

use notespot_server::identity::{IdentityError, LocalProvider, LocalSettings, SignUp};
use serde_json::Value;
use tokio::net::TcpListener;

use super::app::{SCHEME, VERIFIER, authorize_url, exchange, first_visit, refresh};
use super::browser::Browser;
use super::{Running, accounts_in};

#[cfg(unix)]
#[tokio::test]
async fn keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let running = Running::start(SignUp::Open).await;
    let folder = Running::keys_of(running.folder.path());
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.path());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["browser-key", "client-id", "lock", "signing-key.p8"]);
}

#[tokio::test]
async fn a_restart_keeps_every_session() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let before = Running::on(folder, listener, SignUp::Open).await;
    let mut browser = Browser::new();
    let page = first_visit(&before, &mut browser, SCHEME).await;
    let (_, tokens) = exchange(&before, &page.answer()["code"], VERIFIER).await;

    let folder = stop(before).await;
    let listener = TcpListener::bind(address).await.unwrap();
    let after = Running::on(folder, listener, SignUp::Open).await;
    after.verifier.verify(tokens["access_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(refresh(&after, &tokens["refresh_token"]).await.0, 200);
    let page = browser.open(&authorize_url(&after, &[])).await;
    assert!(page.body.contains("Continue as"), "{}", page.body);
}

/// Waits until the port is free again, and hands the folder on.
async fn stop(mut running: Running) -> tempfile::TempDir {
    running.server.abort();
    let _ = (&mut running.server).await;
    std::mem::replace(&mut running.folder, tempfile::tempdir().unwrap())
}

#[tokio::test]
async fn a_damaged_key_is_left_alone_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing-key.p8");
    std::fs::write(&path, "not a key").unwrap();
    let settings = LocalSettings {
        keys_dir: folder.path().to_owned(),
        public_url: "http://127.0.0.1:1".parse().unwrap(),
        client_id: None,
        sign_up: SignUp::Open,
    };
    let accounts = accounts_in(folder.path()).await;
    let refused = LocalProvider::open(accounts.clone(), accounts, settings).await;
    assert!(matches!(refused, Err(IdentityError::Damaged { path: named }) if named == path));
    assert_eq!(std::fs::read(&path).unwrap(), b"not a key");
}

#[tokio::test]
async fn the_documents_name_every_endpoint_at_the_issuer() {
    let running = Running::start(SignUp::Open).await;
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let document: Value = reqwest::get(running.at(path)).await.unwrap().json().await.unwrap();
        assert_eq!(document["issuer"], running.provider.issuer());
        let token_endpoint = format!("{}/oauth/token", running.provider.issuer());
        assert_eq!(document["token_endpoint"], token_endpoint);
        assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    }
    let set: Value = reqwest::get(running.at("/.well-known/jwks.json")).await.unwrap().json().await.unwrap();
    let key = &set["keys"][0];
    assert_eq!((&key["alg"], &key["kty"], &key["e"]), (&"RS256".into(), &"RSA".into(), &"AQAB".into()));
    assert!(key["kid"].as_str().unwrap().starts_with("ins_"));
    assert!(key.get("d").is_none());
}
