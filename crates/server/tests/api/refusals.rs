//! What is refused, and how.

use notespot_protocol::ErrorCode;
use notespot_testkit::{Answer, TestServer, new_upload};
use reqwest::Method;
use serde_json::{Value, json};

use super::nodes::{edit, names, post};
use super::{ada, folder, refusal, somebody};

#[tokio::test]
async fn somebody_elses_things_are_not_there() {
    let (server, ada) = ada().await;
    let node = ada.upload(None, "secret.txt", b"secret").await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    let plan = ada.plan(new_upload(None, "b.txt", b"b").unwrap()).await.unwrap().unwrap();
    let bob = somebody(&server, "Bob").await;
    let (id, upload) = (node.id, plan.id);
    let not_there = (404, ErrorCode::NotFound);
    for path in [format!("/v1/nodes/{id}"), format!("/v1/uploads/{upload}"), format!("/v1/links/{slug}")] {
        assert_eq!(refusal(&bob.get(&path).await.unwrap()), not_there, "GET {path}");
        assert_eq!(refusal(&bob.delete(&path).await.unwrap()), not_there, "DELETE {path}");
    }
    assert_eq!(refusal(&edit(&bob, id, json!({ "name": "mine" })).await), not_there);
    assert_eq!(refusal(&post(&bob, id, "trash").await), not_there);
    assert_eq!(refusal(&bob.post("/v1/links", &json!({ "node": id })).await.unwrap()), not_there);
    assert_eq!(refusal(&folder(&bob, Some(id), "in there").await), not_there);
    let parts = json!({ "parts": [] });
    assert_eq!(refusal(&bob.post(&format!("/v1/uploads/{upload}/parts"), &parts).await.unwrap()), not_there);
    let download = bob.one_of_batch::<Value>("/v1/downloads", json!({ "node": id })).await.unwrap();
    assert_eq!(download.unwrap_err().0.code, ErrorCode::NotFound);
    assert_eq!(names(&bob, "").await, Vec::<String>::new());
    assert_eq!(names(&ada, "").await, ["secret.txt"]);
}

#[tokio::test]
async fn without_a_token_nothing_of_the_api_opens() {
    let server = TestServer::start().await.unwrap();
    let stranger = server.stranger().unwrap();
    for path in ["/v1/me", "/v1/nodes", "/v1/links", "/v1/changes", "/v1/tokens"] {
        let answer = stranger.get(path).await.unwrap();
        assert_eq!(refusal(&answer), (401, ErrorCode::NotSignedIn), "{path}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{path}");
    }
    let basic = stranger.request(Method::GET, "/v1/me").unwrap().basic_auth("ada", Some("secret"));
    assert_eq!(refusal(&Answer::of(basic).await.unwrap()), (401, ErrorCode::NotSignedIn));
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_a_request_id() {
    let (_server, ada) = ada().await;
    let posted = async |content_type: Option<&str>, body: String| {
        let mut request = ada.request(Method::POST, "/v1/nodes").unwrap().body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        refusal(&Answer::of(request).await.unwrap())
    };
    let json = Some("application/json");
    assert_eq!(posted(json, "{\"name\":".into()).await, (400, ErrorCode::BadRequest));
    assert_eq!(posted(json, "{}".into()).await, (400, ErrorCode::BadRequest));
    // Serde would take a struct from a list of its fields' values.
    let listed = format!("[\"{}\", null, null, \"a\"]", notespot_protocol::ClientRef::generate());
    assert_eq!(posted(json, listed).await, (400, ErrorCode::BadRequest));
    // By one byte: what the server does not read would break the connection before it answers.
    assert_eq!(posted(json, " ".repeat((4 << 20) + 1)).await, (413, ErrorCode::TooLarge));
    assert_eq!(posted(None, "{}".into()).await, (415, ErrorCode::BadRequest));
    let got = async |path: &str| refusal(&ada.get(path).await.unwrap());
    assert_eq!(got("/v1/no-such-thing").await, (404, ErrorCode::NotFound));
    assert_eq!(got("/v1/nodes/not-an-id").await, (404, ErrorCode::NotFound));
    assert_eq!(got("/v1/links/nonsense").await, (404, ErrorCode::NotFound));
    assert_eq!(got("/v1/nodes?limit=many").await, (400, ErrorCode::BadRequest));
    let method = ada.delete("/v1/nodes").await.unwrap();
    assert_eq!(refusal(&method), (405, ErrorCode::BadRequest));
    assert!(method.headers.contains_key("allow"));
}

#[tokio::test]
async fn a_batch_of_too_many_is_refused_whole() {
    let (_server, ada) = ada().await;
    let node = notespot_protocol::NodeId::generate();
    let batch = json!({ "items": vec![json!({ "node": node }); 1001] });
    assert_eq!(refusal(&ada.post("/v1/downloads", &batch).await.unwrap()), (413, ErrorCode::TooLarge));
}

#[tokio::test]
async fn secrets_are_in_no_log() {
    let server = TestServer::start().await.unwrap();
    let token = server.somebody("Ada").await.unwrap();
    let ada = server.api(token.as_str()).unwrap();
    let node = ada.upload(None, "salaries.ods", b"1").await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    server.stranger().unwrap().get(&format!("/s/{slug}/download")).await.unwrap();
    ada.get(&format!("/v1/links/{slug}?secret=query")).await.unwrap();
    let log = server.log().unwrap();
    for secret in [token.as_str(), slug.as_str(), "X-Amz-Signature", "secret=query", "salaries"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn the_api_documents_itself() {
    let server = TestServer::start().await.unwrap();
    let document = server.stranger().unwrap().get("/openapi.json").await.unwrap().value().unwrap();
    for path in ["/v1/uploads/complete", "/v1/nodes/{id}", "/v1/links/{slug}", "/v1/changes"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let page = server.stranger().unwrap().get("/docs").await.unwrap();
    assert_eq!(page.status, 200);
    assert!(page.text().contains("POST /v1/uploads/complete"));
}
