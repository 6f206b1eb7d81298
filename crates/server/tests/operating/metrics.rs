//! What the server counts.

use notespot_testkit::{Api, TestServer, content};
use reqwest::Method;

use super::get_from;

/// The value of a line, by its name and labels as they are written.
pub(super) fn value_of(text: &str, line: &str) -> u64 {
    let found = text.lines().find_map(|candidate| candidate.strip_prefix(line)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("no {line} in {text}"))
}

pub(super) async fn scrape(api: &Api) -> String {
    let answer = api.get("/metrics").await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    answer.text()
}

#[tokio::test]
async fn requests_streams_and_bytes_are_counted_under_their_routes() {
    let server = TestServer::start().await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    let node = ada.upload(None, "a.bin", &content(1, 20_000)).await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    let stranger = server.stranger().unwrap();
    stranger.get(&format!("/s/{slug}/download")).await.unwrap();
    server.api("nsp_madeup").unwrap().get("/v1/me").await.unwrap();
    let mut events = ada.request(Method::GET, "/v1/events").unwrap().send().await.unwrap();
    events.chunk().await.unwrap().unwrap();

    let text = scrape(&stranger).await;
    assert!(text.ends_with("# EOF\n"));
    assert!(!text.contains(slug.as_str()), "a slug is a secret");
    let requests = |labels: &str| value_of(&text, &format!("notespot_requests_total{{{labels}}}"));
    assert_eq!(requests(r#"method="GET",route="/s/{slug}/download",status="200""#), 1);
    assert_eq!(requests(r#"method="GET",route="/v1/me",status="401""#), 1);
    assert_eq!(value_of(&text, "notespot_delivered_bytes_total"), 20_000);
    assert_eq!(value_of(&text, "notespot_event_streams"), 1);
    assert_eq!(value_of(&text, "notespot_refused_tokens_total"), 1);
    assert_eq!(value_of(&text, "notespot_requests_in_flight"), 1, "this one");
    assert!(value_of(&text, "notespot_connections") >= 1);
    assert!(value_of(&text, "process_resident_memory_bytes") > 1_000_000);
    let took = r#"notespot_request_duration_seconds_count{route="/v1/me"}"#;
    assert_eq!(value_of(&text, took), 1);
}

#[tokio::test]
async fn who_makes_up_paths_and_methods_adds_no_lines() {
    let server = TestServer::start().await.unwrap();
    let stranger = server.stranger().unwrap();
    let lines = async || scrape(&stranger).await.lines().count();
    let ask = async |number: u32| {
        let method = Method::from_bytes(format!("MADEUP{number}").as_bytes()).unwrap();
        let made_up = stranger.request(method, &format!("/made/up/{number}")).unwrap();
        made_up.send().await.unwrap();
    };
    ask(0).await;
    lines().await;
    let before = lines().await;
    for number in 1..20 {
        ask(number).await;
    }
    assert_eq!(lines().await, before);
}

#[tokio::test]
async fn they_are_for_this_machine_or_for_who_shows_the_token() {
    let server = TestServer::with(&["--trusted-proxies", "127.0.0.1"]).await.unwrap();
    let stranger = server.stranger().unwrap();
    assert_eq!(get_from("192.0.2.1", &stranger, "/metrics").await.status, 404);
    scrape(&stranger).await;

    let proxied = TestServer::start().await.unwrap();
    let here = proxied.stranger().unwrap();
    assert_eq!(get_from("192.0.2.1", &here, "/metrics").await.status, 404, "a proxy that nobody told it of");

    let by_name = here.request(Method::GET, "/metrics").unwrap().header("host", "files.example.org");
    assert_eq!(by_name.send().await.unwrap().status(), 404, "or one that says nothing of itself");

    let token = "0123456789abcdef";
    let server = TestServer::with(&["--metrics-token", token]).await.unwrap();
    assert_eq!(server.stranger().unwrap().get("/metrics").await.unwrap().status, 404);
    assert_eq!(server.api("0123456789abcdee").unwrap().get("/metrics").await.unwrap().status, 404);
    let personal = server.somebody("Ada").await.unwrap();
    assert_eq!(server.api(personal).unwrap().get("/metrics").await.unwrap().status, 404);
    scrape(&server.api(token).unwrap()).await;
}
