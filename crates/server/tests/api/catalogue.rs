//! Public files.

use notespot_protocol::{ErrorCode, ListedFile, Page, PublicLink, Scope};
use notespot_testkit::{Answer, Api};
use reqwest::Method;
use serde_json::json;

use super::nodes::{edit, post};
use super::{ada, ada_and, refusal, somebody};

async fn list(api: &Api, link: &PublicLink, listed: bool) -> Answer {
    api.patch(&format!("/v1/links/{}", link.slug), &json!({ "listed": listed })).await.unwrap()
}

async fn catalogue(api: &Api, query: &str) -> Vec<ListedFile> {
    let page: Page<ListedFile> = api.get(&format!("/v1/catalogue{query}")).await.unwrap().json().unwrap();
    page.items
}

#[tokio::test]
async fn who_is_not_signed_in_finds_what_is_listed_and_learns_nothing_more() {
    let (server, ada) = ada().await;
    let node = ada.upload(None, "R\u{e9}sum\u{e9}.txt", b"hello").await.unwrap();
    edit(&ada, node.id, json!({ "description": "Mine", "tags": ["secret"] })).await.value().unwrap();
    let link = ada.link(node.id).await.unwrap();
    let stranger = server.stranger().unwrap();
    assert!(!link.listed && catalogue(&stranger, "").await.is_empty());
    let now: PublicLink = list(&ada, &link, true).await.json().unwrap();
    assert!(now.listed && now.revision > link.revision);

    let answer = stranger.get("/v1/catalogue?search=RESUME").await.unwrap();
    assert_eq!(answer.headers["cache-control"], "public, max-age=10");
    let told = answer.value().unwrap();
    let file = told["items"][0].as_object().unwrap();
    let mut fields: Vec<_> = file.keys().map(String::as_str).collect();
    fields.sort_unstable();
    let may = ["content_type", "description", "listed_at", "name", "shared_by", "size", "slug", "url"];
    assert_eq!(fields, may);
    assert_eq!(file["url"], server.at(&format!("/s/{}", link.slug)));
    assert_eq!((&file["shared_by"], &file["size"]), (&json!("Ada Lovelace"), &json!(5)));
    assert!(told.get("next").is_none());
    assert!(catalogue(&stranger, "?search=other").await.is_empty());

    let eve = somebody(&server, "Eve").await;
    assert_eq!(refusal(&list(&eve, &link, false).await), (404, ErrorCode::NotFound));
    assert_eq!(catalogue(&eve, "").await.len(), 1);
}

#[tokio::test]
async fn what_is_taken_out_ended_or_trashed_is_gone_at_once() {
    let (server, ada) = ada().await;
    let node = ada.upload(None, "a.txt", b"hello").await.unwrap();
    let link = ada.link(node.id).await.unwrap();
    let stranger = server.stranger().unwrap();
    list(&ada, &link, true).await.value().unwrap();
    post(&ada, node.id, "trash").await.value().unwrap();
    assert!(catalogue(&stranger, "").await.is_empty());
    post(&ada, node.id, "restore").await.value().unwrap();
    assert_eq!(catalogue(&stranger, "").await.len(), 1);
    list(&ada, &link, false).await.value().unwrap();
    assert!(catalogue(&stranger, "").await.is_empty());
    list(&ada, &link, true).await.value().unwrap();
    ada.delete(&format!("/v1/links/{}", link.slug)).await.unwrap();
    assert!(catalogue(&stranger, "").await.is_empty());
    assert_eq!(refusal(&list(&ada, &link, true).await), (410, ErrorCode::LinkEnded));
}

#[tokio::test]
async fn a_link_is_listed_at_the_revision_that_is_known_by_who_may_manage_it() {
    let (server, ada, reader) = ada_and(&[Scope::Read, Scope::Upload]).await;
    let node = ada.upload(None, "a.txt", b"hello").await.unwrap();
    let link = ada.link(node.id).await.unwrap();
    assert_eq!(refusal(&list(&reader, &link, true).await), (403, ErrorCode::Forbidden));
    let stranger = server.stranger().unwrap();
    assert_eq!(refusal(&list(&stranger, &link, true).await), (401, ErrorCode::NotSignedIn));
    let at = async |revision: u64| {
        let request = ada.request(Method::PATCH, &format!("/v1/links/{}", link.slug)).unwrap();
        let request = request.header("if-match", format!("\"{revision}\""));
        Answer::of(request.json(&json!({ "listed": true }))).await.unwrap()
    };
    assert_eq!(refusal(&at(link.revision.0 - 1).await), (412, ErrorCode::StaleRevision));
    assert!(at(link.revision.0).await.json::<PublicLink>().unwrap().listed);
    let nothing = ada.patch(&format!("/v1/links/{}", link.slug), &json!({})).await.unwrap();
    assert!(nothing.json::<PublicLink>().unwrap().listed, "what is absent stays as it is");
}

#[tokio::test]
async fn the_catalogue_comes_in_pages_and_refuses_what_is_no_question() {
    let (server, ada) = ada().await;
    for name in ["a.txt", "b.txt", "c.txt"] {
        let node = ada.upload(None, name, b"hello").await.unwrap();
        list(&ada, &ada.link(node.id).await.unwrap(), true).await.value().unwrap();
    }
    let stranger = server.stranger().unwrap();
    let page: Page<ListedFile> = stranger.get("/v1/catalogue?limit=2").await.unwrap().json().unwrap();
    let rest = catalogue(&stranger, &format!("?limit=2&cursor={}", page.next.unwrap().0)).await;
    let names: Vec<_> = page.items.iter().chain(&rest).map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["c.txt", "b.txt", "a.txt"]);
    let long = format!("search={}", "x".repeat(101));
    for (query, status) in [("cursor=nonsense", 422), ("limit=many", 400), ("limit=101", 400), (&long, 400)] {
        let refused = stranger.get(&format!("/v1/catalogue?{query}")).await.unwrap();
        assert_eq!(refusal(&refused), (status, ErrorCode::BadRequest), "{query}");
    }
}
