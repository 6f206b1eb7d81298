//! Codes and tokens.

use serde_json::{Value, json};

use super::Running;
use super::app::{
    EMAIL, LOOPBACK, SCHEME, STATE, VERIFIER, claims, exchange, first_code, first_visit, refresh, token,
};
use super::browser::Browser;
use notespot_server::identity::{AuthError, SignUp};

fn error((status, answer): (u16, Value)) -> (u16, String) {
    let Value::Object(mut answer) = answer else { panic!("{answer}") };
    (status, answer.remove("error").unwrap().as_str().unwrap().to_owned())
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn the_first_visit_makes_an_account_and_signs_the_app_in() {
    let running = Running::start(SignUp::Open).await;
    let page = first_visit(&running, &mut Browser::new(), SCHEME).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("You are signed in"), "{}", page.body);
    assert!(page.body.contains("http-equiv=\"refresh\""), "{}", page.body);
    assert_eq!(page.answer()["state"], STATE);

    let (status, tokens) = exchange(&running, &page.answer()["code"], VERIFIER).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "openid profile email offline_access");
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        (&id["nonce"], &id["name"], &id["email"]),
        (&json!("a nonce"), &json!("Ada Lovelace"), &json!(EMAIL))
    );
    assert_eq!(id["aud"], running.provider.client_id());
    assert_eq!(id["iss"], running.provider.issuer());

    let access = tokens["access_token"].as_str().unwrap();
    let principal = running.verifier.verify(access).await.unwrap();
    assert_eq!(principal.user.0, id["sub"].as_str().unwrap());
    let profile = running.verifier.profile(access, &principal).await.unwrap().profile;
    assert_eq!((profile.name.as_str(), profile.email.as_deref()), ("Ada Lovelace", Some(EMAIL)));
}

#[tokio::test]
async fn a_loopback_listener_is_answered_by_a_plain_redirect() {
    let running = Running::start(SignUp::Open).await;
    let page = first_visit(&running, &mut Browser::new(), LOOPBACK).await;
    assert_eq!(page.status, 303);
    assert!(page.location.as_deref().unwrap().starts_with(&format!("{LOOPBACK}?code=")));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &page.answer()["code"]),
        ("code_verifier", VERIFIER),
        ("redirect_uri", LOOPBACK),
    ];
    assert_eq!(token(&running, &form).await.0, 200);
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let running = Running::start(SignUp::Open).await;
    let (_, tokens) = exchange(&running, &first_code(&running).await, VERIFIER).await;
    let refused = running.verifier.verify(tokens["id_token"].as_str().unwrap()).await;
    assert!(matches!(refused, Err(AuthError::NotSignedIn { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_code_without_its_verifier_gives_nothing_and_is_spent() {
    let running = Running::start(SignUp::Open).await;
    let code = first_code(&running).await;
    let wrong = exchange(&running, &code, &"x".repeat(43)).await;
    assert_eq!(error(wrong), invalid_grant());
    assert_eq!(error(exchange(&running, &code, VERIFIER).await), invalid_grant());
}

#[tokio::test]
async fn a_code_needs_a_verifier_its_redirect_and_its_client() {
    let running = Running::start(SignUp::Open).await;
    let code = first_code(&running).await;
    let base = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let missing = token(&running, &base).await;
    assert_eq!(error(missing), (400, "invalid_request".to_owned()));
    let stranger = [&base[..], &[("client_id", "another"), ("code_verifier", VERIFIER)]].concat();
    assert_eq!(error(token(&running, &stranger).await), (401, "invalid_client".to_owned()));
    let elsewhere = [&base[..], &[("redirect_uri", LOOPBACK), ("code_verifier", VERIFIER)]].concat();
    assert_eq!(error(token(&running, &elsewhere).await), invalid_grant());
}

#[tokio::test]
async fn a_code_used_twice_takes_back_what_it_gave() {
    let running = Running::start(SignUp::Open).await;
    let code = first_code(&running).await;
    let (_, tokens) = exchange(&running, &code, VERIFIER).await;
    assert_eq!(error(exchange(&running, &code, VERIFIER).await), invalid_grant());
    assert_eq!(error(refresh(&running, &tokens["refresh_token"]).await), invalid_grant());
}

#[tokio::test]
async fn every_refresh_gives_a_new_token_and_a_replay_ends_the_session() {
    let running = Running::start(SignUp::Open).await;
    let (_, first) = exchange(&running, &first_code(&running).await, VERIFIER).await;
    let (status, second) = refresh(&running, &first["refresh_token"]).await;
    assert_eq!(status, 200, "{second}");
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(claims(&second["id_token"])["nonce"], Value::Null);
    running.verifier.verify(second["access_token"].as_str().unwrap()).await.unwrap();

    assert_eq!(error(refresh(&running, &first["refresh_token"]).await), invalid_grant());
    assert_eq!(error(refresh(&running, &second["refresh_token"]).await), invalid_grant());
}

#[tokio::test]
async fn signing_out_revokes_the_refresh_token() {
    let running = Running::start(SignUp::Open).await;
    let (_, tokens) = exchange(&running, &first_code(&running).await, VERIFIER).await;
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let form = [("token", refresh_token), ("client_id", running.provider.client_id())];
    for _ in 0..2 {
        let request = reqwest::Client::new().post(running.at("/oauth/token/revoke")).form(&form);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    assert_eq!(error(refresh(&running, &tokens["refresh_token"]).await), invalid_grant());
}

#[tokio::test]
async fn userinfo_tells_whom_a_token_speaks_for() {
    let running = Running::start(SignUp::Open).await;
    let (_, tokens) = exchange(&running, &first_code(&running).await, VERIFIER).await;
    let http = reqwest::Client::new();
    let request =
        http.get(running.at("/oauth/userinfo")).bearer_auth(tokens["access_token"].as_str().unwrap());
    let info: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!((&info["object"], &info["email"]), (&json!("oauth_user_info"), &json!(EMAIL)));
    assert_eq!(info["sub"], claims(&tokens["access_token"])["sub"]);

    let refused = http.get(running.at("/oauth/userinfo")).bearer_auth("nonsense").send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert!(refused.headers().contains_key("www-authenticate"));
}
