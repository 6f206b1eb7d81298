//! What Clerk tells by itself.

use std::time::Duration;

use notespot_protocol::{DownloadPlan, ErrorCode, Me, Timestamp};
use notespot_testkit::{Answer, Api, ClerkStandIn, TestServer, Webhook};
use serde_json::json;
use tokio::time::timeout;

use super::{ADA, BOUND, ada, clerk, me, name_of, server_of};
use crate::api::refusal;

async fn status(webhook: &Webhook, server: &TestServer) -> u16 {
    webhook.send(server.base_url()).await.unwrap().status.as_u16()
}

fn in_vain(answer: &Answer) -> bool {
    answer.headers.get("webhook-delivery").is_some_and(|told| told == "abort-message")
}

#[tokio::test]
async fn a_user_who_is_updated_has_the_new_name_and_address() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    clerk.add_user(ADA, "Augusta", "King", "countess@example.org");
    assert_eq!(status(&clerk.user_updated(ADA).signed_twice(), &server).await, 204);
    let said: Me = ada.get("/v1/me").await.unwrap().json().unwrap();
    assert_eq!((said.name.as_str(), said.email.as_deref()), ("Augusta King", Some("countess@example.org")));
    // Nobody here knows her: she gets a record when she signs in.
    clerk.add_user("user_grace", "Grace", "Hopper", "grace@example.org");
    assert_eq!(status(&clerk.user_updated("user_grace"), &server).await, 204);
}

#[tokio::test]
async fn a_delivery_is_done_once_and_an_older_one_undoes_nothing() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    clerk.add_user(ADA, "First", "Name", "ada@example.org");
    let (first, once_more) = (clerk.user_updated(ADA), clerk.user_updated(ADA));
    assert_eq!(status(&first, &server).await, 204);
    clerk.add_user(ADA, "Second", "Name", "ada@example.org");
    assert_eq!(status(&clerk.user_updated(ADA), &server).await, 204);
    assert_eq!(status(&first, &server).await, 204, "it came before, which is told to nobody");
    assert_eq!(name_of(&ada).await, "Second Name");
    assert_eq!(status(&once_more, &server).await, 204, "it came late, which happens");
    assert_eq!(name_of(&ada).await, "Second Name");
}

/// Clerk has told of an older name, and it is delivered after the first sign-in.
#[tokio::test]
async fn a_late_delivery_does_not_undo_the_name_that_a_record_was_made_with() {
    let clerk = ClerkStandIn::start().await.unwrap();
    for without in ["", "--clerk-secret-key"] {
        let server = server_of(&clerk, &[without]).await;
        clerk.add_user(ADA, "Miss", "Byron", "ada@example.org");
        // What is asked of a provider that does not say since when is ordered by our clock, less what clocks may differ.
        clerk.set_user(ADA, "updated_at", Timestamp::now().minus(Duration::from_mins(1)).as_millis());
        let late = clerk.user_updated(ADA);
        clerk.add_user(ADA, "Ada", "Lovelace", "ada@example.org");
        let ada = ada(&clerk, &server);
        assert_eq!(name_of(&ada).await, "Ada Lovelace");
        assert_eq!(status(&late, &server).await, 204);
        assert_eq!(name_of(&ada).await, "Ada Lovelace", "without {without}");
        clerk.set_user(ADA, "updated_at", Timestamp::now().plus(Duration::from_mins(1)).as_millis());
        clerk.set_user(ADA, "first_name", "Countess");
        assert_eq!(status(&clerk.user_updated(ADA), &server).await, 204);
        assert_eq!(name_of(&ada).await, "Countess Lovelace");
    }

    // Said by the token, which is as old as it says.
    let server = server_of(&clerk, &[]).await;
    clerk.add_user(ADA, "Augusta", "King", "ada@example.org");
    let renamed = clerk.user_updated(ADA);
    let before = clerk.access_token(ADA).claim("name", "Ada Byron").claim("iat", clerk.in_seconds(-60));
    let ada = server.api(before.sign()).unwrap();
    assert_eq!(name_of(&ada).await, "Ada Byron");
    assert_eq!(status(&renamed, &server).await, 204);
    assert_eq!(name_of(&ada).await, "Augusta King", "it is newer than the token");
}

#[tokio::test]
async fn a_replayed_delivery_does_nothing_on_a_server_that_was_restarted() {
    let (clerk, mut server) = clerk().await;
    let ada_there = ada(&clerk, &server);
    assert_eq!(name_of(&ada_there).await, "Ada Lovelace");
    // Of a time that is not told: as new as anything.
    let renamed = |name: &str| {
        let mut user = clerk.user(ADA);
        (user["first_name"], user["updated_at"]) = (json!(name), json!(i64::MAX));
        clerk.webhook("user.updated", &user)
    };
    let (first, second) = (renamed("First"), renamed("Second"));
    assert_eq!(status(&first, &server).await, 204);
    server.restart().await.unwrap();
    assert_eq!(status(&second, &server).await, 204);
    assert_eq!(status(&first, &server).await, 204);
    assert_eq!(name_of(&ada(&clerk, &server)).await, "Second Lovelace");
}

#[tokio::test]
async fn a_name_that_somebody_gave_themselves_here_stays() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    ada.patch("/v1/me", &json!({ "name": "Countess" })).await.unwrap().json::<Me>().unwrap();
    clerk.add_user(ADA, "Augusta", "King", "countess@example.org");
    assert_eq!(status(&clerk.user_updated(ADA), &server).await, 204);
    let said: Me = ada.get("/v1/me").await.unwrap().json().unwrap();
    assert_eq!((said.name.as_str(), said.email.as_deref()), ("Countess", Some("countess@example.org")));
}

/// Where the bytes of a file are at the moment.
async fn bytes_of(api: &Api, name: &str) -> String {
    let node = api.upload(None, name, b"what nobody is to keep").await.unwrap();
    let plan = api.one_of_batch::<DownloadPlan>("/v1/downloads", json!({ "node": node.id })).await;
    plan.unwrap().unwrap().request.url.expose().to_owned()
}

#[tokio::test]
async fn of_a_user_who_is_deleted_nothing_stays_and_nobody_becomes_them_again() {
    let (clerk, server) = clerk().await;
    clerk.add_user("user_grace", "Grace", "Hopper", "grace@example.org");
    let (ada, grace) = (ada(&clerk, &server), server.api(clerk.access_token("user_grace").sign()).unwrap());
    let (hers, others) = (bytes_of(&ada, "a.txt").await, bytes_of(&grace, "b.txt").await);
    let node = ada.upload(None, "shared.txt", b"shared").await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    let new_token = json!({ "name": "script", "scopes": ["read"], "ends_at": null });
    let script = ada.post("/v1/tokens", &new_token).await.unwrap().value().unwrap();
    let script = server.api(script["secret"].as_str().unwrap()).unwrap();
    assert_eq!(script.get("/v1/me").await.unwrap().status, 200);
    assert_eq!(reqwest::get(&hers).await.unwrap().status(), 200);

    let deleted = clerk.user_deleted(ADA);
    assert_eq!(status(&deleted, &server).await, 204);
    // Her token is good for a day by what it says.
    assert_eq!(refusal(&ada.get("/v1/me").await.unwrap()), (401, ErrorCode::NotSignedIn));
    assert_eq!(refusal(&ada.get("/v1/nodes").await.unwrap()), (401, ErrorCode::NotSignedIn));
    assert_eq!(script.get("/v1/me").await.unwrap().status, 401);
    let link = server.stranger().unwrap().get(&format!("/s/{slug}/download")).await.unwrap();
    assert_eq!(link.status, 404);
    let gone = async { while reqwest::get(&hers).await.unwrap().status() != 404 {} };
    timeout(BOUND, gone).await.unwrap();

    assert_eq!(reqwest::get(&others).await.unwrap().status(), 200);
    assert_eq!(name_of(&grace).await, "Grace Hopper");
    // It is told at least once, and maybe by another delivery.
    assert_eq!(status(&deleted, &server).await, 204);
    assert_eq!(status(&clerk.user_deleted(ADA), &server).await, 204);
    assert_eq!(status(&clerk.user_updated(ADA), &server).await, 204);
    assert_eq!(me(&server, clerk.access_token(ADA).sign()).await.status, 401);
}

#[tokio::test]
async fn a_delivery_that_clerk_did_not_sign_for_now_does_nothing() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    let deleted = || clerk.user_deleted(ADA);
    let of_another = ClerkStandIn::start().await.unwrap();
    let refused = [
        ("another secret", deleted().signed_with(of_another.webhook_secret())),
        (
            "another body",
            clerk.user_updated(ADA).forged(
                json!({
                    "type": "user.deleted", "data": { "id": ADA }, "object": "event",
                })
                .to_string(),
            ),
        ),
        ("too old", deleted().signed_earlier(310)),
        ("of the future", deleted().signed_earlier(-310)),
    ];
    for (what, webhook) in refused {
        let answer = webhook.send(server.base_url()).await.unwrap();
        assert_eq!(refusal(&answer), (400, ErrorCode::BadRequest), "{what}");
        assert!(!in_vain(&answer), "{what}: a secret or a clock that is set wrong here is mended");
    }
    let unsigned = server.stranger().unwrap().post("/webhooks/clerk", &json!({})).await.unwrap();
    assert_eq!(refusal(&unsigned), (400, ErrorCode::BadRequest));
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    assert_eq!(status(&deleted().signed_earlier(290), &server).await, 204);
    assert_eq!(ada.get("/v1/me").await.unwrap().status, 401);
}

#[tokio::test]
async fn what_is_not_known_is_acknowledged_and_what_cannot_be_read_is_not_sent_again() {
    let (clerk, server) = clerk().await;
    for kind in ["user.created", "session.created", "something.new"] {
        assert_eq!(status(&clerk.webhook(kind, &json!({ "id": ADA })), &server).await, 204, "{kind}");
    }
    let broken = [r#"{"type":"user.deleted","data":{}}"#, r#"{"type":7}"#, "nonsense", ""];
    for body in broken {
        let answer = clerk.user_deleted(ADA).with_body(body).send(server.base_url()).await.unwrap();
        assert_eq!(refusal(&answer), (400, ErrorCode::BadRequest), "{body}");
        assert!(in_vain(&answer), "{body}");
    }
    let large =
        clerk.user_deleted(ADA).with_body(" ".repeat(300 * 1024)).send(server.base_url()).await.unwrap();
    assert_eq!(refusal(&large), (413, ErrorCode::TooLarge));
    assert!(in_vain(&large));
}

#[tokio::test]
async fn a_server_without_the_signing_secret_listens_to_nobody() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let server = server_of(&clerk, &["--clerk-webhook-secret"]).await;
    let answer = clerk.user_deleted(ADA).send(server.base_url()).await.unwrap();
    assert_eq!(refusal(&answer), (404, ErrorCode::NotFound));
}
