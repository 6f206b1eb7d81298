//! The life of a public link.

use notespot_protocol::{ErrorCode, PublicFile, PublicLink};
use notespot_testkit::{Api, sha256_of};
use serde_json::json;

use super::nodes::post;
use super::{ada, folder, refusal};

async fn links(api: &Api) -> Vec<PublicLink> {
    api.get("/v1/links").await.unwrap().json().unwrap()
}

#[tokio::test]
async fn one_call_makes_a_link_and_the_next_gives_the_same() {
    let (server, ada) = ada().await;
    let node = ada.upload(None, "a.txt", b"hello").await.unwrap();
    let link = ada.link(node.id).await.unwrap();
    assert_eq!(link.url, server.at(&format!("/s/{}", link.slug)));
    assert_eq!(ada.link(node.id).await.unwrap().slug, link.slug);
    assert_eq!(links(&ada).await.len(), 1);
    let path = format!("/v1/public/{}", link.slug);
    let shown: PublicFile = server.stranger().unwrap().get(&path).await.unwrap().json().unwrap();
    assert_eq!((shown.name.as_str(), shown.size.get()), ("a.txt", 5));
    assert_eq!((shown.sha256, shown.shared_by.as_str()), (sha256_of(b"hello"), "Ada Lovelace"));
    assert_eq!(shown.download_url, server.at(&format!("/s/{}/download", link.slug)));
}

#[tokio::test]
async fn an_ended_link_opens_nothing_and_the_next_one_is_another() {
    let (server, ada) = ada().await;
    let node = ada.upload(None, "a.png", b"\x89PNG").await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug;
    let path = format!("/v1/links/{slug}");
    let ended: PublicLink = ada.delete(&path).await.unwrap().json().unwrap();
    assert!(ended.ended_at.is_some());
    let again: PublicLink = ada.delete(&path).await.unwrap().json().unwrap();
    assert_eq!(again.ended_at, ended.ended_at, "ending twice is ending once");
    let stranger = server.stranger().unwrap();
    let public = stranger.get(&format!("/v1/public/{slug}")).await.unwrap();
    assert_eq!(refusal(&public), (410, ErrorCode::LinkEnded));
    for path in ["", "/download", "/preview"] {
        assert_eq!(stranger.get(&format!("/s/{slug}{path}")).await.unwrap().status, 410, "{path}");
    }
    assert!(links(&ada).await.is_empty());
    assert_ne!(ada.link(node.id).await.unwrap().slug, slug);
    assert_eq!(stranger.get(&format!("/s/{slug}")).await.unwrap().status, 410);
}

#[tokio::test]
async fn a_file_in_the_trash_is_not_public() {
    let (server, ada) = ada().await;
    let node = ada.upload(None, "a.txt", b"hello").await.unwrap();
    let path = format!("/s/{}/download", ada.link(node.id).await.unwrap().slug);
    post(&ada, node.id, "trash").await.value().unwrap();
    let stranger = server.stranger().unwrap();
    assert!(stranger.get(&path).await.unwrap().status.is_client_error());
    let public = stranger.get(&path.replace("/s/", "/v1/public/").replace("/download", "")).await.unwrap();
    assert!(public.status.is_client_error());
}

#[tokio::test]
async fn nobody_guesses_a_link() {
    let (server, ada) = ada().await;
    let node = ada.upload(None, "a.txt", b"hello").await.unwrap();
    let slug = ada.link(node.id).await.unwrap().slug.to_string();
    let mut near = slug.clone();
    near.replace_range(12.., if slug.ends_with('a') { "b" } else { "a" });
    let stranger = server.stranger().unwrap();
    for guess in [near.as_str(), &slug[..12], "nonsense", "..", "%2e%2e", "a%00b"] {
        let public = stranger.get(&format!("/v1/public/{guess}")).await.unwrap();
        assert_eq!(public.status, 404, "{guess}");
        assert_eq!(stranger.get(&format!("/s/{guess}/download")).await.unwrap().status, 404, "{guess}");
    }
}

#[tokio::test]
async fn what_has_no_content_has_no_link_yet() {
    let (_server, ada) = ada().await;
    let id = folder(&ada, None, "Folder").await.value().unwrap()["id"].clone();
    let refused = ada.post("/v1/links", &json!({ "node": id })).await.unwrap();
    assert_eq!(refusal(&refused), (409, ErrorCode::WrongKind));
}
