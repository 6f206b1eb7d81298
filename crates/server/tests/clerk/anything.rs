//! Tokens and webhooks with anything in them. Each run draws other ones; the seed of one that fails is printed.

use notespot_server::Secret;
use notespot_server::identity::{Backend, KeyTimes, TrustedIssuer, Verifier, http_client};
use notespot_testkit::{ClerkStandIn, Draws};
use serde_json::{Value, json};

use super::{ADA, clerk};

const PIECES: [&str; 16] = [
    ".",
    "..",
    "e30",
    "eyJ",
    "oat_",
    "=",
    "\0",
    "ü",
    "\"",
    "{",
    "}",
    "null",
    "1e999",
    "-1",
    "9007199254740993",
    "AAAA",
];

/// The text with something taken away, put in or exchanged somewhere.
fn changed(draws: &mut Draws, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=draws.below(3) {
        let at =
            |draws: &mut Draws, chars: &[char]| usize::try_from(draws.below(chars.len() as u64 + 1)).unwrap();
        let (from, to) = (at(draws, &chars), at(draws, &chars));
        let piece: Vec<char> = draws.one(&PIECES).chars().collect();
        match draws.below(4) {
            0 => drop(chars.drain(from.min(to)..from.max(to))),
            1 => drop(chars.splice(from..from, piece)),
            2 => chars.truncate(from),
            _ => {
                if let Some(one) = chars.get_mut(from) {
                    *one = piece[0];
                }
            }
        }
    }
    chars.into_iter().collect()
}

/// One of these words.
fn word(draws: &mut Draws, of: &[&'static str]) -> &'static str {
    let &one = draws.one(of);
    one
}

/// Something that JSON can hold, where a claim is expected.
fn value(draws: &mut Draws) -> Value {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5e300),
        json!(u64::MAX),
        json!(""),
        json!("x"),
        json!([]),
        json!(["openid"]),
        json!({}),
        json!([[[[]]]]),
        json!({ "iss": {} }),
    ];
    draws.one(&values).clone()
}

#[tokio::test]
async fn a_token_that_was_changed_anywhere_is_refused_and_nothing_falls_over() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let http = http_client().unwrap();
    let backend = Backend::new(clerk.url().clone(), Secret::new(clerk.secret_key()), http.clone());
    let issuer = TrustedIssuer::external(clerk.url(), clerk.client_id(), &[], http, KeyTimes::default());
    let verifier =
        Verifier::new(&"https://notes.example".parse().unwrap(), vec![issuer.with_backend(backend)]);
    let mut draws = Draws::begin();
    let good = [clerk.access_token(ADA).sign(), clerk.opaque_token(ADA, clerk.client_id())];
    for token in &good {
        verifier.verify(token).await.unwrap();
    }
    for _ in 0..1_000 {
        let token = draws.one(&good).clone();
        let other = changed(&mut draws, &token);
        if other != token {
            assert!(verifier.verify(&other).await.is_err(), "{other}");
        }
    }
    // Signed, and so read to the end: whatever is told of it, it is told without a panic.
    let names = ["iss", "sub", "aud", "exp", "nbf", "iat", "client_id", "scp", "scope", "azp", "sts", "name"];
    for _ in 0..300 {
        let token = clerk.access_token(ADA).claim(word(&mut draws, &names), value(&mut draws));
        let _told = verifier
            .verify(&token.header(word(&mut draws, &["cty", "x5u", "jku"]), value(&mut draws)).sign())
            .await;
    }
}

#[tokio::test]
async fn a_webhook_with_anything_in_it_is_dealt_with_or_refused() {
    let (clerk, server) = clerk().await;
    let mut draws = Draws::begin();
    let names = ["id", "first_name", "username", "email_addresses", "primary_email_address_id", "updated_at"];
    for _ in 0..300 {
        let mut user = clerk.user("user_nobody");
        user[word(&mut draws, &names)] = value(&mut draws);
        let webhook = match draws.below(3) {
            0 => clerk.webhook(word(&mut draws, &["user.updated", "user.deleted"]), &user),
            1 => clerk.webhook("user.updated", &value(&mut draws)),
            _ => {
                let body = changed(&mut draws, r#"{"type":"user.updated","data":{"id":"user_1"}}"#);
                clerk.user_updated(ADA).with_body(body)
            }
        };
        let answer = webhook.send(server.base_url()).await.unwrap();
        assert!(
            matches!(answer.status.as_u16(), 204 | 400),
            "{webhook:?}: {} {}",
            answer.status,
            answer.text()
        );
    }
}
