//! Accounts and personal access tokens, from the command line and over the API.

use futures_util::future::join_all;
use notespot_protocol::{AccessToken, ErrorCode, NewlyMadeToken, Scope};
use notespot_testkit::{TestServer, content, new_upload, run_server};
use serde_json::json;

use super::{folder, refusal, signed_in};

#[tokio::test]
async fn a_token_may_do_what_it_was_made_for_and_no_more() {
    let server = TestServer::start().await.unwrap();
    server.add_user("ada@example.org", "Ada", "correct horse battery").await.unwrap();
    let with = async |scope| server.api(server.token("ada@example.org", &[scope]).await.unwrap()).unwrap();
    let (reads, uploads, manages) =
        (with(Scope::Read).await, with(Scope::Upload).await, with(Scope::Manage).await);
    uploads.upload(None, "a.txt", b"a").await.unwrap();
    assert_eq!(reads.get("/v1/nodes").await.unwrap().value().unwrap()["items"][0]["name"], "a.txt");
    assert_eq!(folder(&uploads, None, "Folder").await.status, 200);

    let forbidden = (403, ErrorCode::Forbidden);
    assert_eq!(refusal(&uploads.get("/v1/nodes").await.unwrap()), forbidden);
    assert_eq!(refusal(&manages.get("/v1/nodes").await.unwrap()), forbidden);
    assert_eq!(refusal(&folder(&reads, None, "No").await), forbidden);
    assert_eq!(refusal(&folder(&manages, None, "No").await), forbidden);
    let upload = json!({ "items": [new_upload(None, "b.txt", b"b").unwrap()] });
    assert_eq!(refusal(&reads.post("/v1/uploads", &upload).await.unwrap()), forbidden);
    let token = json!({ "name": "more", "scopes": ["manage"] });
    assert_eq!(refusal(&manages.post("/v1/tokens", &token).await.unwrap()), forbidden);
}

#[tokio::test]
async fn a_person_makes_lists_and_revokes_tokens() {
    let server = TestServer::start().await.unwrap();
    let ada = signed_in::ada(&server).await;
    let wanted = json!({ "name": "Backup script", "scopes": ["upload", "read"] });
    let made: NewlyMadeToken = ada.post("/v1/tokens", &wanted).await.unwrap().json().unwrap();
    let script = server.api(&made.secret).unwrap();
    script.upload(None, "backup.tar", &content(1, 1000)).await.unwrap();
    let tokens = ada.get("/v1/tokens").await.unwrap();
    assert!(!tokens.text().contains(&made.secret), "the secret is told once");
    let tokens: Vec<AccessToken> = tokens.json().unwrap();
    assert_eq!(tokens[0].name, "Backup script");
    assert!(tokens[0].used_at.is_some());
    let path = format!("/v1/tokens/{}", made.token.id);
    assert_eq!(ada.delete(&path).await.unwrap().status, 204);
    assert_eq!(refusal(&script.get("/v1/me").await.unwrap()), (401, ErrorCode::NotSignedIn));
    assert_eq!(refusal(&ada.delete(&path).await.unwrap()), (404, ErrorCode::NotFound));
}

#[tokio::test]
async fn a_token_that_has_ended_opens_nothing() {
    let server = TestServer::start().await.unwrap();
    let ada = signed_in::ada(&server).await;
    let until = async |time: &str| {
        let wanted = json!({ "name": "n", "scopes": ["read"], "ends_at": time });
        let made: NewlyMadeToken = ada.post("/v1/tokens", &wanted).await.unwrap().json().unwrap();
        server.api(made.secret).unwrap().get("/v1/me").await.unwrap()
    };
    assert_eq!(refusal(&until("2020-01-01T00:00:00Z").await), (401, ErrorCode::NotSignedIn));
    assert_eq!(until("2120-01-01T00:00:00Z").await.status, 200);
}

#[tokio::test]
async fn a_person_has_so_many_tokens_at_most() {
    let server = TestServer::start().await.unwrap();
    let ada = signed_in::ada(&server).await;
    let wanted = json!({ "name": "n", "scopes": ["read"] });
    let made: Vec<NewlyMadeToken> =
        join_all((0..200).map(async |_| ada.post("/v1/tokens", &wanted).await.unwrap().json().unwrap()))
            .await;
    assert_eq!(refusal(&ada.post("/v1/tokens", &wanted).await.unwrap()), (409, ErrorCode::TooLarge));
    ada.delete(&format!("/v1/tokens/{}", made[0].token.id)).await.unwrap();
    assert_eq!(ada.post("/v1/tokens", &wanted).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_token_without_scopes_is_not_made() {
    let server = TestServer::start().await.unwrap();
    let ada = signed_in::ada(&server).await;
    let none = ada.post("/v1/tokens", &json!({ "name": "n", "scopes": [] })).await.unwrap();
    assert_eq!(refusal(&none), (400, ErrorCode::BadRequest));
}

#[tokio::test]
async fn commands_that_cannot_do_it_say_why() {
    let server = TestServer::start().await.unwrap();
    server.add_user("ada@example.org", "Ada", "correct horse battery").await.unwrap();
    let data_dir = server.data_dir().to_str().unwrap();
    let refused = async |arguments: &[&str], stdin: &str| {
        let arguments = [arguments, &["--data-dir", data_dir]].concat();
        let output = run_server(&arguments, stdin).await.unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let add = |email| ["user", "add", "--email", email, "--name", "A", "--password-stdin"];
    let twice = refused(&add("ada@example.org"), "correct horse battery").await;
    assert!(twice.contains("already"), "{twice}");
    let short = refused(&add("bob@example.org"), "short").await;
    assert!(short.contains("password"), "{short}");
    let unknown = refused(&["token", "create", "--email", "bob@example.org"], "").await;
    assert!(unknown.contains("user add"), "{unknown}");
    let never = refused(&["token", "create", "--email", "ada@example.org", "--ends", "soon"], "").await;
    assert!(never.contains("30d"), "{never}");
}
