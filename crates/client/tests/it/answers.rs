//! What the client makes of answers.

use notespot_client::{ClientError, Trouble, api::discover};
use notespot_protocol::{ErrorCode, NewAccessToken, NodeId, NodePatch, Revision};

use super::scripted::{Scripted, answer, json, problem};

const NO_TOKENS: &str = "[]";

#[tokio::test]
async fn a_captive_portal_is_no_notespot_server() {
    let html = answer("200 OK", "Content-Type: text/html\r\n", "<html>Accept our terms</html>");
    let portal = Scripted::start(vec![html]).await;
    let error = discover(portal.client().session()).await.unwrap_err();
    assert!(matches!(error, ClientError::InTheWay(Trouble::Portal { .. })), "{error:?}");
    assert_eq!(error.code(), ErrorCode::NotANotespotServer);
    let text = error.to_string();
    assert!(text.contains("127.0.0.1") && text.contains("sign in to it in your browser"), "{text}");
}

#[tokio::test]
async fn another_product_and_another_api_version_are_told_apart_from_ours() {
    let about = |product: &str, version: u32| {
        let body = serde_json::json!({
            "product": product, "api_version": version, "server_version": "1", "public_url": "http://x",
            "issuer": "http://x", "oauth_client_id": "c", "limits": {"file_bytes": 1, "batch_items": 1},
            "time": "2026-11-23T10:00:00.000Z"
        });
        json("200 OK", &body.to_string())
    };
    for (product, version) in [("other", 1), ("notespot", 2)] {
        let server = Scripted::start(vec![about(product, version)]).await;
        let error = discover(server.client().session()).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotANotespotServer);
    }
    let ours = Scripted::start(vec![about("notespot", 1)]).await;
    assert!(discover(ours.client().session()).await.is_ok());
    assert!(ours.heard()[0].to_lowercase().contains("user-agent: notespot/"), "{}", ours.heard()[0]);
}

#[tokio::test]
async fn a_server_that_is_away_is_told_as_unreachable() {
    let server = Scripted::start(vec![]).await;
    let error = discover(server.client().session()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ServerUnreachable);
}

#[tokio::test]
async fn a_refusal_keeps_its_code_its_words_and_its_request_id() {
    let body = r#"{"type":"/problems/name_taken","status":409,"code":"name_taken","detail":"Taken.","request_id":"r1"}"#;
    let server = Scripted::start(vec![problem("409 Conflict", body)]).await;
    let error = server.client().edit_node(NodeId::generate(), &NodePatch::default(), None).await.unwrap_err();
    assert_eq!((error.code(), error.to_string()), (ErrorCode::NameTaken, "Taken.".into()));
    assert_eq!(error.request_id(), Some("r1"));
}

#[tokio::test]
async fn a_proxy_that_has_lost_its_server_is_asked_again() {
    let lost = answer("502 Bad Gateway", "Content-Type: text/html\r\n", "<html>");
    let server = Scripted::start(vec![lost.clone(), lost.clone(), json("200 OK", NO_TOKENS)]).await;
    assert!(server.client().tokens().await.unwrap().is_empty());
    let server = Scripted::start(vec![lost.clone(), lost.clone(), lost]).await;
    assert_eq!(server.client().tokens().await.unwrap_err().code(), ErrorCode::Unavailable);
}

#[tokio::test]
async fn what_would_be_done_twice_is_sent_once() {
    let lost = answer("502 Bad Gateway", "", "");
    let server = Scripted::start(vec![lost.clone(), lost]).await;
    let token = NewAccessToken { name: "t".into(), scopes: vec![], ends_at: None };
    server.client().create_token(&token).await.unwrap_err();
    let patch = NodePatch::default();
    server.client().edit_node(NodeId::generate(), &patch, Some(Revision(17))).await.unwrap_err();
    let heard = server.heard();
    assert_eq!(heard.len(), 2);
    assert!(heard[1].contains("if-match: \"17\""), "{}", heard[1]);
}

#[tokio::test]
async fn a_server_that_asks_for_patience_is_not_asked_again_at_once() {
    let busy = answer("503 Service Unavailable", "Retry-After: 3600\r\n", "");
    let server = Scripted::start(vec![busy]).await;
    assert_eq!(server.client().tokens().await.unwrap_err().code(), ErrorCode::Unavailable);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_wish_that_is_a_date_is_read_by_the_server_s_clock() {
    let until = |date: &str, wish: &str| {
        answer("503 Service Unavailable", &format!("Date: {date}\r\nRetry-After: {wish}\r\n"), "")
    };
    let (now, soon) = ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:01 GMT");
    let server = Scripted::start(vec![until(now, soon), json("200 OK", NO_TOKENS)]).await;
    let begun = std::time::Instant::now();
    assert!(server.client().tokens().await.unwrap().is_empty());
    assert!(begun.elapsed() >= std::time::Duration::from_secs(1), "{:?}", begun.elapsed());
    let server = Scripted::start(vec![until(now, "Wed, 21 Oct 2015 09:00:00 GMT")]).await;
    assert_eq!(server.client().tokens().await.unwrap_err().code(), ErrorCode::Unavailable);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_server_s_clock_is_compared_with_ours() {
    let past =
        answer("200 OK", "Content-Type: application/json\r\nDate: Wed, 21 Oct 2015 07:28:00 GMT\r\n", "[]");
    let client = Scripted::start(vec![past]).await.client();
    assert_eq!(client.session().clock_ahead(), None);
    client.tokens().await.unwrap();
    assert!(client.session().clock_ahead().unwrap() < -300_000_000);
}

#[tokio::test]
async fn a_name_that_leads_out_of_a_folder_is_no_name_and_reaches_nobody() {
    for name in ["../x", "/etc/passwd", "..", ".", "a\\u0000b", "a/b", ""] {
        let plan = format!(
            r#"{{"items":[{{"result":"done","value":{{"node":"{id}","version":"{id}","name":"{name}","size":1,"sha256":"{sha}","request":
            {{"method":"GET","url":"http://x/","headers":{{}},"expires_at":"2026-11-23T10:00:00.000Z"}}}}}}]}}"#,
            id = NodeId::generate(),
            sha = "a".repeat(64),
        );
        let plans = async |plan: &str| {
            let server = Scripted::start(vec![json("200 OK", plan)]).await;
            server.client().plan_downloads(vec![]).await
        };
        let error = plans(&plan).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::NotANotespotServer, "{name}");
        let good = plan.replace(&format!(r#""name":"{name}""#), r#""name":"x""#);
        assert!(plans(&good).await.is_ok(), "the rest of it is right");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let body = "x".repeat(33 << 20);
    let server = Scripted::start(vec![json("200 OK", &body)]).await;
    assert_eq!(server.client().tokens().await.unwrap_err().code(), ErrorCode::NotANotespotServer);
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect() {
    let elsewhere = answer("302 Found", "Location: http://127.0.0.1:1/\r\n", "");
    let server = Scripted::start(vec![elsewhere]).await;
    assert_eq!(server.client().tokens().await.unwrap_err().code(), ErrorCode::NotANotespotServer);
}

#[tokio::test]
async fn a_personal_token_that_is_refused_is_not_renewed() {
    let body =
        r#"{"type":"/problems/not_signed_in","status":401,"code":"not_signed_in","detail":"Expired."}"#;
    let refused = problem("401 Unauthorized", body);
    let server = Scripted::start(vec![refused.clone(), refused]).await;
    let error = server.client().tokens().await.unwrap_err();
    assert_eq!((error.code(), error.to_string()), (ErrorCode::NotSignedIn, "Expired.".into()));
    assert!(server.heard()[0].contains("Bearer nsp_secret"));
}
