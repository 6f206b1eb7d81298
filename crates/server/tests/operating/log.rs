//! The log, and the audit log in it.

use notespot_protocol::{AccessToken, ClientRef, NodeId, Scope};
use notespot_testkit::{Answer, Person, TestServer, content, run_server};
use reqwest::Method;
use serde_json::{Value, json};

use crate::api::signed_in::{access_token, access_token_of, tokens_of};

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

/// What is said of each: the event, and the node where there is one.
fn events(lines: &[Value]) -> Vec<(&str, Option<&str>)> {
    lines.iter().map(|line| (line["event"].as_str().unwrap(), line["node"].as_str())).collect()
}

#[tokio::test]
async fn what_goes_to_the_trash_comes_back_or_is_deleted_is_noted_where_it_may_be_public() {
    let server = TestServer::with(&["--log-format", "json"]).await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    let change = async |id: &str, what: &str| {
        ada.post(&format!("/v1/nodes/{id}/{what}"), &json!({})).await.unwrap().value().unwrap();
    };
    let plain = ada.upload(None, "plain.txt", &content(1, 10)).await.unwrap().id.to_string();
    change(&plain, "trash").await;
    change(&plain, "restore").await;
    assert!(audited(&server.log().unwrap()).is_empty(), "nothing of hers is public");

    let made = ada
        .post("/v1/nodes", &json!({ "name": "place", "client_ref": ClientRef::generate() }))
        .await
        .unwrap()
        .value()
        .unwrap();
    let place = made["id"].as_str().unwrap();
    let inside = Some(serde_json::from_value(made["id"].clone()).unwrap());
    let linked = ada.upload(inside, "linked.txt", &content(2, 10)).await.unwrap();
    ada.link(linked.id).await.unwrap();
    let linked = linked.id.to_string();
    change(&linked, "trash").await;
    change(&linked, "restore").await;
    for id in [&*plain, place] {
        change(id, "trash").await;
    }
    let many = json!({ "items": [{ "id": plain }, { "id": place }, { "id": NodeId::generate() }] });
    for what in ["restore", "trash", "delete"] {
        ada.post(&format!("/v1/nodes/{what}"), &many).await.unwrap().value().unwrap();
    }
    let again = ada.upload(None, "again.txt", &content(3, 10)).await.unwrap();
    ada.link(again.id).await.unwrap();
    let again = again.id.to_string();
    change(&again, "trash").await;
    ada.delete(&format!("/v1/nodes/{again}")).await.unwrap();
    let last = ada.upload(None, "last.txt", &content(4, 10)).await.unwrap().id.to_string();
    change(&last, "trash").await;
    ada.post("/v1/trash/empty", &json!({})).await.unwrap().value().unwrap();

    let lines = audited(&server.log().unwrap());
    let (linked, place, again) = (Some(&*linked), Some(place), Some(&*again));
    let expected = [
        ("link.made", linked),
        ("node.trashed", linked),
        ("node.restored", linked),
        ("node.trashed", place),
        ("node.restored", place),
        ("node.trashed", place),
        ("node.deleted", place),
        ("link.made", again),
        ("node.trashed", again),
        ("node.deleted", again),
        ("trash.emptied", None),
    ];
    assert_eq!(events(&lines), expected);
    assert!(lines.iter().all(|line| line["from"] == "127.0.0.1" && line["user"] == lines[0]["user"]));
}

#[tokio::test]
async fn refreshing_and_signing_out_are_noted_and_so_is_a_token_that_was_copied() {
    let server = TestServer::with(&["--log-format", "json"]).await.unwrap();
    let stranger = server.stranger().unwrap();
    let discovery = stranger.get("/.well-known/notespot.json").await.unwrap().value().unwrap();
    let client_id = discovery["oauth_client_id"].as_str().unwrap();
    let call = async |path: &str, form: &[(&str, &str)]| {
        let request = stranger.request(Method::POST, path).unwrap().form(form);
        Answer::of(request).await.unwrap()
    };
    let refresh = async |token: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", client_id)];
        call("/oauth/token", &form).await
    };
    let sign_in = async || {
        let tokens = tokens_of(&server, Person::ada().unwrap()).await.unwrap();
        tokens["refresh_token"].as_str().unwrap().to_owned()
    };
    let first = sign_in().await;
    assert_eq!(refresh(&first).await.status, 200);
    assert_eq!(refresh(&first).await.status, 400);
    assert_eq!(refresh(&first).await.status, 400, "what has ended is not noted again");
    let second = sign_in().await;
    for _ in 0..2 {
        assert_eq!(
            call("/oauth/token/revoke", &[("token", &second), ("client_id", client_id)]).await.status,
            200
        );
    }
    let log = server.log().unwrap();
    let lines = audited(&log);
    let named: Vec<_> = events(&lines).into_iter().map(|(event, _)| event).collect();
    let expected = ["account.made", "sign_in.refreshed", "sign_in.replayed", "sign_in", "sign_in.ended"];
    assert_eq!(named, expected);
    assert!(lines.iter().all(|line| line["user"] == lines[0]["user"] && line["from"] == "127.0.0.1"));
    assert!(!log.contains(&first) && !log.contains(&second));
}

#[tokio::test]
async fn what_the_command_line_does_is_noted_on_its_own_output() {
    let folder = tempfile::tempdir().unwrap();
    let run = async |arguments: &[&str]| {
        let settings = ["--log-format", "json", "--data-dir", folder.path().to_str().unwrap()];
        let output = run_server(&[arguments, &settings].concat(), "correct horse battery").await.unwrap();
        assert!(output.status.success());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), audited(&text(output.stderr)))
    };
    let person = ["--email", "ada@example.org"];
    let (user, made) =
        run(&[&["user", "add"], &person[..], &["--name", "Ada", "--password-stdin"]].concat()).await;
    let (secret, given) = run(&[&["token", "create"], &person[..], &["--scope", "read"]].concat()).await;
    let said = [&made[..], &given].concat();
    assert_eq!(events(&said), [("account.made", None), ("token.made", None)]);
    for (line, command) in said.iter().zip(["user add", "token create"]) {
        assert_eq!((&line["user"], &line["span"]["command"]), (&json!(user.trim()), &json!(command)));
        assert_eq!(line.get("from"), None);
        assert!(!line.to_string().contains(secret.trim()));
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
