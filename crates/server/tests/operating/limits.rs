//! How often anybody may ask.

use notespot_protocol::ErrorCode;
use notespot_testkit::TestServer;
use reqwest::Method;

use super::get_from;
use crate::api::refusal;

const FLAGS: [&str; 6] = [
    "--trusted-proxies",
    "127.0.0.1",
    "--requests-per-minute",
    "20",
    "--anonymous-requests-per-minute",
    "10",
];

#[tokio::test]
async fn an_address_asks_so_often_and_others_are_not_in_its_way() {
    let server = TestServer::with(&FLAGS).await.unwrap();
    let stranger = server.stranger().unwrap();
    for _ in 0..10 {
        assert_eq!(get_from("192.0.2.1", &stranger, "/privacy").await.status, 200);
    }
    let refused = get_from("192.0.2.1", &stranger, "/v1/catalogue").await;
    assert_eq!(refusal(&refused), (429, ErrorCode::RateLimited));
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let in_a_browser = stranger.request(Method::GET, "/privacy").unwrap();
    let in_a_browser = in_a_browser.header("x-forwarded-for", "192.0.2.1").header("accept", "text/html");
    let page = in_a_browser.send().await.unwrap();
    assert_eq!(page.status(), 429);
    assert!(page.text().await.unwrap().contains("Too many requests"));

    // What it wrote before the address of its proxy is nobody.
    assert_eq!(get_from("203.0.113.9, 192.0.2.1", &stranger, "/privacy").await.status, 429);
    assert_eq!(get_from("192.0.2.2", &stranger, "/privacy").await.status, 200);
    assert_eq!(stranger.get("/privacy").await.unwrap().status, 200, "this machine itself is not counted");
}

#[tokio::test]
async fn the_networks_of_one_site_are_counted_together_too() {
    let server = TestServer::with(&FLAGS).await.unwrap();
    let stranger = server.stranger().unwrap();
    for number in 0..160 {
        let from = format!("2001:db8:1:{number:x}::1");
        assert_eq!(get_from(&from, &stranger, "/privacy").await.status, 200, "{number}");
    }
    assert_eq!(get_from("2001:db8:1:ffff::1", &stranger, "/privacy").await.status, 429);
    assert_eq!(get_from("2001:db8:2:ffff::1", &stranger, "/privacy").await.status, 200, "another site");
}

#[tokio::test]
async fn a_user_asks_so_often_from_wherever_and_with_whatever_token() {
    let server = TestServer::with(&FLAGS).await.unwrap();
    server.add_user("ada@example.org", "Ada", "correct horse battery").await.unwrap();
    let scopes = [notespot_protocol::Scope::Read];
    let mut tokens = Vec::new();
    for _ in 0..2 {
        tokens.push(server.api(server.token("ada@example.org", &scopes).await.unwrap()).unwrap());
    }
    for number in 0..20 {
        let from = format!("192.0.2.{number}");
        assert_eq!(get_from(&from, &tokens[number % 2], "/v1/me").await.status, 200, "{number}");
    }
    let refused = get_from("192.0.2.77", &tokens[0], "/v1/me").await;
    assert_eq!(refusal(&refused), (429, ErrorCode::RateLimited));
    let eve = server.api(server.somebody("Eve").await.unwrap()).unwrap();
    assert_eq!(get_from("192.0.2.1", &eve, "/v1/me").await.status, 200);
}

#[tokio::test]
async fn nobody_is_believed_who_was_not_named_as_a_proxy_and_all_behind_it_are_one() {
    let server = TestServer::with(&["--anonymous-requests-per-minute", "3"]).await.unwrap();
    let stranger = server.stranger().unwrap();
    for number in 1..=3 {
        assert_eq!(get_from(&format!("192.0.2.{number}"), &stranger, "/privacy").await.status, 200);
    }
    assert_eq!(get_from("192.0.2.4", &stranger, "/privacy").await.status, 429);
    assert_eq!(get_from("127.0.0.1", &stranger, "/privacy").await.status, 429, "said, and not so");
    assert_eq!(stranger.get("/privacy").await.unwrap().status, 200, "this machine itself");
    assert_eq!(get_from("192.0.2.4", &stranger, "/readyz").await.status, 204, "a load balancer asks it");
}

#[tokio::test]
async fn a_token_that_nobody_looks_at_changes_nothing() {
    let server = TestServer::with(&FLAGS).await.unwrap();
    let stranger = server.api("oat_madeup").unwrap();
    for _ in 0..10 {
        assert_eq!(get_from("192.0.2.1", &stranger, "/v1/catalogue").await.status, 200);
    }
    for path in ["/v1/catalogue", "/privacy", "/s/abcdefghijkmn", "/v1/nothing"] {
        assert_eq!(get_from("192.0.2.1", &stranger, path).await.status, 429, "{path}");
    }
}

#[tokio::test]
async fn who_makes_up_tokens_is_soon_told_to_wait() {
    let server = TestServer::with(&["--trusted-proxies", "127.0.0.1"]).await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    for (from, token) in [("192.0.2.1", "oat_madeup"), ("192.0.2.2", "nsp_madeup"), ("192.0.2.3", "a.b.c")] {
        let guesses = server.api(token).unwrap();
        let mut refused = 0;
        let mut last = get_from(from, &guesses, "/v1/me").await;
        while last.status == 401 && refused < 200 {
            refused += 1;
            last = get_from(from, &guesses, "/v1/me").await;
        }
        assert_eq!((refused, refusal(&last)), (120, (429, ErrorCode::RateLimited)), "{token}");
        assert_eq!(get_from(from, &ada, "/v1/me").await.status, 200, "a good token from there is good");
        assert_eq!(get_from("192.0.2.9", &guesses, "/v1/me").await.status, 401);
    }
}

#[tokio::test]
async fn after_very_many_no_token_from_there_is_looked_at() {
    let server = TestServer::with(&["--trusted-proxies", "127.0.0.1"]).await.unwrap();
    let ada = server.api(server.somebody("Ada").await.unwrap()).unwrap();
    let guesses = server.api("nsp_madeup").unwrap();
    for _ in 0..=1_200 {
        assert_ne!(get_from("192.0.2.1", &guesses, "/v1/me").await.status, 200);
    }
    let refused = get_from("192.0.2.1", &ada, "/v1/me").await;
    assert_eq!(refusal(&refused), (429, ErrorCode::RateLimited));
    assert_eq!(get_from("192.0.2.2", &ada, "/v1/me").await.status, 200);
}
