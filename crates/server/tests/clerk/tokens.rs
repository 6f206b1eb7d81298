//! Which tokens open something.

use notespot_protocol::{ErrorCode, Me};
use notespot_testkit::{ClerkStandIn, Minted};
use serde_json::{Value, json};

use super::{ADA, WEB, clerk, me, server_of};
use crate::api::refusal;

#[tokio::test]
async fn an_access_token_of_the_app_and_a_session_of_the_web_page_are_the_same_person() {
    let (clerk, server) = clerk().await;
    let tokens = [
        clerk.access_token(ADA),
        clerk.access_token(ADA).header("typ", "application/at+jwt"),
        // Only one of the two ways to say scopes, and none.
        clerk.access_token(ADA).claim("scp", Value::Null),
        clerk.access_token(ADA).claim("scope", Value::Null),
        clerk.access_token(ADA).claim("scope", Value::Null).claim("scp", Value::Null),
        clerk.access_token(ADA).claim("aud", server.at("")),
        clerk.session_token(ADA, WEB),
    ];
    for token in tokens {
        let said: Me = me(&server, token.sign()).await.json().unwrap();
        assert_eq!((said.id.0.as_str(), said.name.as_str()), (ADA, "Ada Lovelace"), "{token:?}");
    }
}

/// What is wrong, and a token in which nothing else is.
pub(super) fn wrong(clerk: &ClerkStandIn) -> Vec<(&'static str, String)> {
    let access = || clerk.access_token(ADA);
    let session = || clerk.session_token(ADA, WEB);
    let at = |seconds| clerk.in_seconds(seconds);
    let signed = |what, token: Minted| (what, token.sign());
    vec![
        signed("issuer", access().claim("iss", "https://other.clerk.accounts.dev")),
        signed("issuer with a slash", access().claim("iss", format!("{}/", clerk.issuer()))),
        signed("no issuer", access().claim("iss", Value::Null)),
        signed("client", access().claim("client_id", "client_of_another_application")),
        signed("no client", access().claim("client_id", Value::Null)),
        signed("no client, with azp", access().claim("client_id", Value::Null).claim("azp", WEB)),
        signed("audience", access().claim("aud", "https://other.example")),
        signed("scopes", access().claim("scp", json!(["email"]))),
        signed("sub is a number", access().claim("sub", 7)),
        signed("no sub", access().claim("sub", Value::Null)),
        signed("expired", access().claim("exp", at(-6))),
        signed("no end", access().claim("exp", Value::Null)),
        signed("not yet", access().claim("nbf", at(60))),
        signed("made later", access().claim("iat", at(60))),
        signed("typ", access().header("typ", "logout+jwt")),
        signed("no typ", access().header("typ", Value::Null)),
        signed("kid", access().header("kid", "ins_unknown")),
        signed("no kid", access().header("kid", Value::Null)),
        signed("critical", access().header("crit", json!(["exp"]))),
        signed("algorithm", access().header("alg", "RS512")),
        ("alg none", access().unsigned()),
        ("HMAC with the public key", access().sign_with_public_key()),
        signed("azp", clerk.session_token(ADA, "https://evil.example")),
        signed("no azp", session().claim("azp", Value::Null)),
        signed("azp of another page that begins alike", clerk.session_token(ADA, "https://web.example.evil")),
        signed("token of a template, which names no session", session().claim("sid", Value::Null)),
        signed("session that owes a step", session().claim("sts", "pending")),
        signed("session that has ended", session().claim("exp", at(-6))),
        signed("session token as an access token", session().header("typ", "at+jwt")),
        signed("access token as a session token", access().header("typ", "JWT")),
        signed("ID token", session().claim("azp", Value::Null).claim("aud", clerk.client_id())),
    ]
}

#[tokio::test]
async fn a_token_in_which_one_thing_is_wrong_opens_nothing() {
    let (clerk, server) = clerk().await;
    let mut opened = Vec::new();
    for (what, token) in wrong(&clerk) {
        let answer = me(&server, token).await;
        if answer.status == 401 {
            assert_eq!(refusal(&answer), (401, ErrorCode::NotSignedIn), "{what}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer", "{what}");
        } else {
            opened.push((what, answer.status));
        }
    }
    assert_eq!(opened, []);
    // None of them has made a record of somebody: Ada is new.
    assert_eq!(me(&server, clerk.access_token(ADA).sign()).await.status, 200);
}

#[tokio::test]
async fn a_changed_token_is_not_the_one_that_was_signed() {
    let (clerk, server) = clerk().await;
    let (mine, other) = (clerk.access_token(ADA).sign(), clerk.access_token("user_grace").sign());
    let [header, _, signature] = mine.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let claims = other.split('.').nth(1).unwrap();
    let answer = me(&server, format!("{header}.{claims}.{signature}")).await;
    assert_eq!(refusal(&answer), (401, ErrorCode::NotSignedIn));
}

#[tokio::test]
async fn session_tokens_are_refused_where_no_page_is_named() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let server = server_of(&clerk, &["--authorized-parties"]).await;
    assert_eq!(me(&server, clerk.session_token(ADA, WEB).sign()).await.status, 401);
    assert_eq!(me(&server, clerk.access_token(ADA).sign()).await.status, 200);
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_seconds_does_no_harm_and_by_minutes_does() {
    let (clerk, server) = clerk().await;
    for (ahead, status) in [(0, 200), (3, 200), (-3, 200), (120, 401)] {
        clerk.set_clock_ahead(ahead);
        assert_eq!(me(&server, clerk.access_token(ADA).sign()).await.status, status, "{ahead} s ahead");
    }
    // A session token lives for a minute: a clock that is an hour behind gives none that is good.
    clerk.set_clock_ahead(-3600);
    assert_eq!(me(&server, clerk.session_token(ADA, WEB).sign()).await.status, 401);
}
