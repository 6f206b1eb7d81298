//! The log, and the audit log in it.

use notespot_protocol::{AccessToken, Scope};
use notespot_testkit::{Person, TestServer, content};
use serde_json::{Value, json};

use crate::api::signed_in::{access_token, access_token_of};

/// The lines of the audit log.
fn audited(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    lines.filter(|line| line["target"] == "audit").collect()
}

#[tokio::test]
async fn each_line_is_one_object_and_what_changes_access_is_among_them_whatever_is_wanted() {
    let flags = ["--log-format", "json", "--trusted-proxies", "127.0.0.1"];
    let server = TestServer::with(&flags).await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    let node = ada.upload(None, "secret plans.txt", &content(1, 10)).await.unwrap();
    let link = ada.link(node.id).await.unwrap();
    ada.link(node.id).await.unwrap();
    server.stranger().unwrap().get(&format!("/s/{}", link.slug)).await.unwrap();
    let path = format!("/v1/links/{}", link.slug);
    ada.patch(&path, &json!({ "listed": true })).await.unwrap().value().unwrap();
    ada.delete(&path).await.unwrap().value().unwrap();

    let log = server.log().unwrap();
    let events = audited(&log);
    let named: Vec<&str> = events.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(named, ["link.made", "link.listed", "link.ended"], "a link that was there is not made");
    for line in &events {
        assert_eq!((&line["node"], &line["from"]), (&json!(node.id), &json!("127.0.0.1")), "{line}");
        assert_eq!(line["link"], events[0]["link"]);
        assert!(line["span"]["request_id"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    for secret in [link.slug.as_str(), "secret plans", "nsp_"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn signing_in_and_tokens_are_noted_and_what_was_typed_is_not() {
    let server = TestServer::with(&["--log-format", "json"]).await.unwrap();
    server.add_user("ada@example.org", "Ada", "correct horse battery").await.unwrap();
    for email in ["ada@example.org", "nobody@example.org"] {
        let mut person = Person::named("Ada", email).unwrap();
        person.typed.retain(|(field, _)| *field != "password");
        person.typed.push(("password", "wrong horse battery".to_owned()));
        // Who is shown the form again fills it in again, a few times.
        assert!(access_token_of(&server, person).await.is_err());
    }
    let ada = server.api(access_token(&server).await).unwrap();
    let wanted = json!({ "name": "for a script", "scopes": [Scope::Read] });
    let made = ada.post("/v1/tokens", &wanted).await.unwrap().value().unwrap();
    let token: AccessToken = serde_json::from_value(made["token"].clone()).unwrap();
    ada.delete(&format!("/v1/tokens/{}", token.id)).await.unwrap();

    let log = server.log().unwrap();
    let mut events = audited(&log);
    events.dedup_by_key(|line| (line["event"].clone(), line["user"].clone()));
    let named: Vec<&str> = events.iter().filter_map(|line| line["event"].as_str()).collect();
    let expected =
        ["sign_in.failed", "sign_in.failed", "sign_in", "user.first_seen", "token.made", "token.revoked"];
    assert_eq!(named, expected);
    assert_eq!(events[0]["user"], events[2]["user"], "whose account was tried");
    assert_eq!(events[1].get("user"), None);
    assert_eq!(events[4]["token"], json!(token.id));
    for secret in ["horse", "ada@", "nobody@", "nsp_"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
