//! The keys that Clerk publishes.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use notespot_protocol::ErrorCode;
use notespot_server::identity::{AuthError, KeyTimes, TrustedIssuer, Verifier, http_client};
use notespot_testkit::{ClerkStandIn, Door, Mood};
use tokio::time::timeout;

use super::{ADA, BOUND, clerk, me};
use crate::api::refusal;

const UNKNOWN: AuthError = AuthError::NotSignedIn { reason: "unknown key" };

/// Times that a test can wait for.
fn short() -> KeyTimes {
    KeyTimes { between_fetches: Duration::from_millis(300), ..KeyTimes::default() }
}

fn verifier(clerk: &ClerkStandIn, times: KeyTimes) -> Verifier {
    let issuer = TrustedIssuer::external(clerk.url(), clerk.client_id(), &[], http_client().unwrap(), times);
    Verifier::new(&"https://notes.example".parse().unwrap(), vec![issuer])
}

fn token(clerk: &ClerkStandIn) -> String {
    clerk.access_token(ADA).sign()
}

/// Verifies until the answer is another one than this.
async fn until_other_than(verifier: &Verifier, token: &str, answer: AuthError) -> Result<(), AuthError> {
    let other = async {
        loop {
            match verifier.verify(token).await {
                Err(error) if error == answer => tokio::task::yield_now().await,
                other => return other.map(drop),
            }
        }
    };
    timeout(BOUND, other).await.unwrap()
}

#[tokio::test]
async fn a_rotated_key_is_fetched_and_the_one_before_goes_on_until_it_is_taken_away() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let verifier = verifier(&clerk, short());
    let before = token(&clerk);
    verifier.verify(&before).await.unwrap();
    clerk.rotate_keys().unwrap();
    let after = token(&clerk);
    // At first it may be too soon to ask again.
    until_other_than(&verifier, &after, UNKNOWN).await.unwrap();
    verifier.verify(&before).await.unwrap();
    assert_eq!(clerk.asked(Door::Jwks), 2);

    clerk.rotate_keys().unwrap();
    clerk.forget_old_keys();
    until_other_than(&verifier, &token(&clerk), UNKNOWN).await.unwrap();
    assert_eq!(verifier.verify(&before).await, Err(UNKNOWN));
    assert_eq!(verifier.verify(&after).await, Err(UNKNOWN));
}

#[tokio::test]
async fn slow_keys_are_fetched_once_for_everybody_who_waits() {
    let (clerk, server) = clerk().await;
    clerk.set_mood(Door::Jwks, Mood::Slow(Duration::from_millis(500)));
    let calls = (0..20).map(|_| me(&server, token(&clerk)));
    for answer in join_all(calls).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    assert_eq!(clerk.asked(Door::Jwks), 1);
    // Slower than anybody waits for: who has the keys does not notice.
    clerk.set_mood(Door::Jwks, Mood::Slow(BOUND * 2));
    assert_eq!(timeout(BOUND / 4, me(&server, token(&clerk))).await.unwrap().status, 200);
}

#[tokio::test]
async fn who_leaves_while_keys_are_fetched_takes_them_from_nobody() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let verifier = verifier(&clerk, KeyTimes::default());
    clerk.set_mood(Door::Jwks, Mood::Slow(Duration::from_millis(300)));
    let impatient = timeout(Duration::from_millis(50), verifier.verify("a.b.c"));
    assert!(impatient.await.unwrap().is_err(), "what is no token asks for no key");
    let good = token(&clerk);
    timeout(Duration::from_millis(100), verifier.verify(&good)).await.unwrap_err();
    verifier.verify(&good).await.unwrap();
    assert_eq!(clerk.asked(Door::Jwks), 1);
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_no_reason_to_say_that_a_token_is_wrong() {
    let (clerk, server) = clerk().await;
    clerk.set_mood(Door::Jwks, Mood::Failing);
    for _ in 0..3 {
        let answer = me(&server, token(&clerk)).await;
        assert_eq!(refusal(&answer), (503, ErrorCode::Unavailable));
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert_eq!(clerk.asked(Door::Jwks), 1, "a provider that is down is not asked by every request");
    clerk.set_mood(Door::Jwks, Mood::Well);
    let works = async { while me(&server, token(&clerk)).await.status != 200 {} };
    timeout(BOUND, works).await.unwrap();
}

#[tokio::test]
async fn keys_that_are_held_serve_while_their_fetch_fails_and_a_new_one_is_not_called_unknown() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let verifier = verifier(&clerk, KeyTimes { fresh: Duration::ZERO, ..short() });
    let known = token(&clerk);
    verifier.verify(&known).await.unwrap();
    clerk.set_mood(Door::Jwks, Mood::Failing);
    clerk.rotate_keys().unwrap();
    let new = token(&clerk);
    assert_eq!(until_other_than(&verifier, &new, UNKNOWN).await, Err(AuthError::Unavailable));
    assert_eq!(verifier.verify(&new).await.map(drop), Err(AuthError::Unavailable), "too soon to ask again");
    verifier.verify(&known).await.unwrap();
    clerk.set_mood(Door::Jwks, Mood::Well);
    until_other_than(&verifier, &new, AuthError::Unavailable).await.unwrap();
}

#[tokio::test]
async fn keys_are_not_served_for_ever_while_the_issuer_is_away() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let stale_at_most = Duration::from_millis(400);
    let times = KeyTimes { fresh: Duration::ZERO, stale_at_most, ..short() };
    let verifier = verifier(&clerk, times);
    let (known, began) = (token(&clerk), Instant::now());
    verifier.verify(&known).await.unwrap();
    clerk.set_mood(Door::Jwks, Mood::Failing);
    let held = verifier.verify(&known).await;
    assert!(held.is_ok() || began.elapsed() >= stale_at_most, "before their time: {held:?}");
    let refused = async {
        loop {
            if let Err(error) = verifier.verify(&known).await {
                return error;
            }
            // A key that is held is given without waiting: the bound would never have its turn.
            tokio::task::yield_now().await;
        }
    };
    assert_eq!(timeout(BOUND, refused).await.unwrap(), AuthError::Unavailable);
}

#[test]
fn a_key_that_was_taken_back_is_believed_for_an_hour_at_the_longest() {
    let KeyTimes { fresh, stale_at_most, between_fetches, .. } = KeyTimes::default();
    assert_eq!(stale_at_most, Duration::from_hours(1));
    assert!(fresh + between_fetches * 10 < stale_at_most, "there is time to try again");
}

#[tokio::test]
async fn how_old_the_keys_are_is_counted_and_that_there_are_no_new_ones_is_in_the_log() {
    let (clerk, server) = clerk().await;
    clerk.set_mood(Door::Jwks, Mood::Failing);
    assert_eq!(me(&server, token(&clerk)).await.status, 503);
    let metrics = async || server.stranger().unwrap().get("/metrics").await.unwrap().text();
    let age = format!("notespot_issuer_keys_age_seconds{{issuer=\"{}\"}}", clerk.issuer());
    assert!(!metrics().await.contains(&age), "there are none");
    assert!(server.log().unwrap().contains("no keys yet: nobody gets in"));
    clerk.set_mood(Door::Jwks, Mood::Well);
    let works = async { while me(&server, token(&clerk)).await.status != 200 {} };
    timeout(BOUND, works).await.unwrap();
    assert!(metrics().await.contains(&age), "{}", metrics().await);
}

#[tokio::test]
async fn made_up_kids_do_not_make_the_server_ask() {
    let (clerk, server) = clerk().await;
    assert_eq!(me(&server, token(&clerk)).await.status, 200);
    for number in 0..20 {
        let made_up = clerk.access_token(ADA).header("kid", format!("ins_{number}"));
        assert_eq!(me(&server, made_up.sign()).await.status, 401);
    }
    assert_eq!(clerk.asked(Door::Jwks), 1);
}

#[tokio::test]
async fn the_key_of_one_instance_signs_nothing_for_another() {
    let (mine, other) = (ClerkStandIn::start().await.unwrap(), ClerkStandIn::start().await.unwrap());
    let trusted = |clerk: &ClerkStandIn| {
        let http = http_client().unwrap();
        TrustedIssuer::external(clerk.url(), clerk.client_id(), &[], http, KeyTimes::default())
    };
    let url = "https://notes.example".parse().unwrap();
    let verifier = Verifier::new(&url, vec![trusted(&mine), trusted(&other)]);
    verifier.verify(&token(&mine)).await.unwrap();
    verifier.verify(&token(&other)).await.unwrap();
    // Everything says that it is of `mine`, but for the one who signed.
    let forged = other.access_token(ADA).claim("iss", mine.issuer()).claim("client_id", mine.client_id());
    assert_eq!(verifier.verify(&forged.sign()).await, Err(UNKNOWN));
}
