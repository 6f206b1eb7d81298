//! Opaque access tokens, which only Clerk can explain.

use futures_util::future::join_all;
use notespot_protocol::{ErrorCode, Me};
use notespot_testkit::{ClerkStandIn, Door, Mood};
use serde_json::json;

use super::{ADA, clerk, me, server_of};
use crate::api::refusal;

#[tokio::test]
async fn an_opaque_token_is_asked_about_once_and_kept_for_a_while() {
    let (clerk, server) = clerk().await;
    let token = clerk.opaque_token(ADA, clerk.client_id());
    for answer in join_all((0..20).map(|_| me(&server, token.as_str()))).await {
        assert_eq!(answer.json::<Me>().unwrap().name, "Ada Lovelace");
    }
    assert_eq!(clerk.asked(Door::Verify), 1);
    // Clerk is away: what it said is good for a while, and what it was not asked is not called wrong.
    clerk.set_mood(Door::Verify, Mood::Failing);
    assert_eq!(me(&server, token).await.status, 200);
    let other = me(&server, clerk.opaque_token(ADA, clerk.client_id())).await;
    assert_eq!(refusal(&other), (503, ErrorCode::Unavailable));
}

#[tokio::test]
async fn a_no_is_kept_too() {
    let (clerk, server) = clerk().await;
    let made_up = clerk.unique("oat_");
    for _ in 0..5 {
        assert_eq!(refusal(&me(&server, made_up.as_str()).await), (401, ErrorCode::NotSignedIn));
    }
    assert_eq!(clerk.asked(Door::Verify), 1);
    // What cannot be one is not even asked about.
    for nonsense in ["oat_..", "oat_a/b", &format!("oat_{}", "a".repeat(300))] {
        assert_eq!(me(&server, nonsense).await.status, 401);
    }
    assert_eq!(clerk.asked(Door::Verify), 1);
}

#[tokio::test]
async fn an_opaque_token_is_held_to_what_every_token_is() {
    let (clerk, server) = clerk().await;
    let wrong = [
        ("client_id", json!("client_of_another_application")),
        ("revoked", json!(true)),
        ("expired", json!(true)),
        ("expiration", json!(clerk.in_seconds(-6))),
        ("expiration", json!(clerk.in_seconds(-6) * 1000)),
        ("scopes", json!(["email"])),
        ("aud", json!(["https://other.example"])),
        ("subject", json!("")),
    ];
    let mut opened = Vec::new();
    for (name, value) in wrong {
        let token = clerk.opaque_token(ADA, clerk.client_id());
        clerk.set_opaque_token(&token, name, value);
        if me(&server, token).await.status != 401 {
            opened.push(name);
        }
    }
    assert_eq!(opened, [""; 0]);
    let token = clerk.opaque_token(ADA, clerk.client_id());
    clerk.set_opaque_token(&token, "aud", json!([server.at("")]));
    assert_eq!(me(&server, token).await.status, 200);
}

#[tokio::test]
async fn a_server_that_is_asked_to_wait_waits_and_says_so() {
    let (clerk, server) = clerk().await;
    clerk.set_mood(Door::Verify, Mood::Busy { retry_after_secs: 100 });
    for _ in 0..3 {
        let answer = me(&server, clerk.opaque_token(ADA, clerk.client_id())).await;
        assert_eq!(refusal(&answer), (503, ErrorCode::Unavailable));
        let again_after: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((90..=100).contains(&again_after), "{again_after}");
    }
    assert_eq!(clerk.asked(Door::Verify), 1);
    // Tokens that need no answer of Clerk's go on.
    assert_eq!(me(&server, clerk.access_token(ADA).sign()).await.status, 200);
}

#[tokio::test]
async fn without_the_secret_key_opaque_tokens_are_refused() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let server = server_of(&clerk, &["--clerk-secret-key"]).await;
    let answer = me(&server, clerk.opaque_token(ADA, clerk.client_id())).await;
    assert_eq!(refusal(&answer), (401, ErrorCode::NotSignedIn));
    assert_eq!(clerk.asked(Door::Verify), 0);
}
