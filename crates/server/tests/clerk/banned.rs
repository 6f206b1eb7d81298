//! People whom Clerk has banned.

use std::net::SocketAddr;

use notespot_protocol::ErrorCode;
use notespot_testkit::{Answer, Api, ClerkStandIn, Door, MongoDb, TestServer};
use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;

use super::{ADA, BOUND, WEB, ada, clerk, me, name_of, server_of};
use crate::api::refusal;

const BANNED: (u16, ErrorCode) = (403, ErrorCode::AccountBanned);

/// Tells the server what there is to know of Ada.
async fn told(clerk: &ClerkStandIn, server: &TestServer) {
    let answer = clerk.user_updated(ADA).send(server.base_url()).await.unwrap();
    assert_eq!(answer.status, 204, "{}", answer.text());
}

async fn script_of(ada: &Api, server: &TestServer) -> Api {
    let wanted = json!({ "name": "script", "scopes": ["read"], "ends_at": null });
    let made = ada.post("/v1/tokens", &wanted).await.unwrap().value().unwrap();
    server.api(made["secret"].as_str().unwrap()).unwrap()
}

async fn status_of(api: &Api) -> (u16, Option<ErrorCode>) {
    let answer = api.get("/v1/nodes").await.unwrap();
    (answer.status.as_u16(), answer.problem().ok().map(|problem| problem.code))
}

#[tokio::test]
async fn who_is_banned_is_refused_with_every_token_until_they_are_let_in_again() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    let node = ada.upload(None, "shared.txt", b"shared").await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    let session = server.api(clerk.session_token(ADA, WEB).sign()).unwrap();
    let opaque = server.api(clerk.opaque_token(ADA, clerk.client_id())).unwrap();
    let script = script_of(&ada, &server).await;
    let callers = [&ada, &session, &opaque, &script];
    for api in callers {
        assert_eq!(status_of(api).await, (200, None));
    }
    let mut events = script.request(Method::GET, "/v1/events").unwrap().send().await.unwrap();
    events.chunk().await.unwrap().unwrap();

    clerk.set_user(ADA, "banned", true);
    told(&clerk, &server).await;
    for api in callers {
        assert_eq!(refusal(&api.get("/v1/nodes").await.unwrap()), BANNED);
        assert_eq!(refusal(&api.get("/v1/me").await.unwrap()), BANNED);
    }
    assert_eq!(refusal(&ada.post("/v1/tokens", &json!({})).await.unwrap()), BANNED);
    let ends = async { while events.chunk().await.unwrap().is_some() {} };
    timeout(BOUND, ends).await.expect("what they had opened goes on");
    // What they have given to others is another matter.
    let link = server.stranger().unwrap().get(&format!("/s/{slug}/download")).await.unwrap();
    assert_eq!((link.status.as_u16(), link.body.as_slice()), (200, b"shared".as_slice()));
    let log = server.log().unwrap();
    assert!(log.contains("user.banned"), "{log}");

    clerk.set_user(ADA, "banned", false);
    told(&clerk, &server).await;
    for api in callers {
        assert_eq!(status_of(api).await, (200, None));
    }
    assert!(server.log().unwrap().contains("user.let_in"));
}

#[tokio::test]
async fn a_ban_and_its_end_count_in_the_order_in_which_clerk_made_them() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    clerk.set_user(ADA, "banned", true);
    let banned = clerk.user_updated(ADA);
    clerk.set_user(ADA, "banned", false);
    told(&clerk, &server).await;
    assert_eq!(banned.send(server.base_url()).await.unwrap().status, 204);
    assert_eq!(name_of(&ada).await, "Ada Lovelace", "it came late");
}

#[tokio::test]
async fn who_is_banned_before_they_come_for_the_first_time_does_not_get_in() {
    // By the webhook, and a token that says everything by itself.
    let (clerk, server) = clerk().await;
    let token = clerk.access_token(ADA).claim("name", "Ada").sign();
    clerk.set_user(ADA, "banned", true);
    told(&clerk, &server).await;
    assert_eq!(refusal(&me(&server, token).await), BANNED);
    assert_eq!(clerk.asked(Door::Backend), 0);

    // By the users API.
    let server = server_of(&clerk, &["--clerk-webhook-secret"]).await;
    assert_eq!(refusal(&me(&server, clerk.access_token(ADA).sign()).await), BANNED);
    assert_eq!(refusal(&me(&server, clerk.access_token(ADA).sign()).await), BANNED);
    assert_eq!(clerk.asked(Door::Backend), 1);
}

#[tokio::test]
async fn who_is_banned_asks_no_more_often_than_others() {
    let clerk = ClerkStandIn::start().await.unwrap();
    let mut flags = clerk.flags();
    flags.extend(["--trusted-proxies", "127.0.0.1", "--requests-per-minute", "20"].map(str::to_owned));
    let server = TestServer::with(&flags.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    let ada = ada(&clerk, &server);
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    clerk.set_user(ADA, "banned", true);
    told(&clerk, &server).await;
    let from_elsewhere = async || {
        let asked = ada.request(Method::GET, "/v1/me").unwrap().header("x-forwarded-for", "192.0.2.1");
        refusal(&Answer::of(asked).await.unwrap())
    };
    for _ in 0..20 {
        assert_eq!(from_elsewhere().await, BANNED);
    }
    assert_eq!(from_elsewhere().await, (429, ErrorCode::RateLimited));
}

#[tokio::test]
async fn who_is_locked_cannot_sign_in_at_clerk_and_goes_on_here() {
    let (clerk, server) = clerk().await;
    let ada = ada(&clerk, &server);
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    clerk.set_user(ADA, "locked", true);
    told(&clerk, &server).await;
    assert_eq!(name_of(&ada).await, "Ada Lovelace");
    let another = server_of(&clerk, &[]).await;
    assert_eq!(me(&another, clerk.access_token(ADA).sign()).await.status, 200);
}

#[tokio::test]
async fn a_ban_that_one_server_was_told_of_counts_at_the_others() {
    let (clerk, database) = (ClerkStandIn::start().await.unwrap(), MongoDb::new().unwrap());
    let mut flags = clerk.flags();
    flags.extend(["--metadata".to_owned(), database.address()]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let (one, other) =
        (TestServer::on(address, &flags).await.unwrap(), TestServer::on(address, &flags).await.unwrap());
    let (here, there) = (ada(&clerk, &one), ada(&clerk, &other));
    let script = script_of(&here, &other).await;
    assert_eq!((name_of(&here).await, name_of(&there).await), ("Ada Lovelace".into(), "Ada Lovelace".into()));
    clerk.set_user(ADA, "banned", true);
    told(&clerk, &one).await;
    for api in [&here, &there, &script] {
        assert_eq!(refusal(&api.get("/v1/me").await.unwrap()), BANNED);
    }
    clerk.set_user(ADA, "banned", false);
    told(&clerk, &other).await;
    for api in [&here, &there, &script] {
        assert_eq!(status_of(api).await, (200, None));
    }
}
