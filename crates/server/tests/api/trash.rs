//! The trash as a whole, and what becomes of it.

use std::time::Duration;

use notespot_protocol::{ChangesPage, EmptiedTrash, ErrorCode};
use notespot_testkit::{Api, TestServer, days_later};
use reqwest::Method;
use tokio::time::timeout;

use super::dedupe::objects;
use super::nodes::{names, post};
use super::{ada, folder, refusal, used};

const BOUND: Duration = Duration::from_mins(1);

async fn eventually(mut done: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(BOUND, waiting).await.unwrap();
}

async fn in_the_trash(api: &Api, parent: Option<notespot_protocol::NodeId>, name: &str) {
    let node = api.upload(parent, name, name.as_bytes()).await.unwrap();
    post(api, node.id, "trash").await.value().unwrap();
}

async fn later(server: &mut TestServer, days: u32) {
    server.stop().await.unwrap();
    server.start_again_under(&days_later(days)).await.unwrap();
}

#[tokio::test]
async fn emptying_the_trash_leaves_what_lives_and_frees_the_rest() {
    let (server, ada) = ada().await;
    let place: notespot_protocol::Node = folder(&ada, None, "Place").await.json().unwrap();
    ada.upload(Some(place.id), "inside.txt", b"inside").await.unwrap();
    in_the_trash(&ada, Some(place.id), "by itself.txt").await;
    in_the_trash(&ada, None, "single.txt").await;
    ada.upload(None, "kept.txt", b"kept").await.unwrap();
    post(&ada, place.id, "trash").await.value().unwrap();
    let empty = async || {
        let request = ada.request(Method::POST, "/v1/trash/empty").unwrap();
        notespot_testkit::Answer::of(request).await.unwrap().json::<EmptiedTrash>().unwrap()
    };
    assert_eq!(empty().await, EmptiedTrash { deleted: 4, more: false });
    assert_eq!(empty().await, EmptiedTrash { deleted: 0, more: false });
    assert_eq!((names(&ada, "").await, used(&ada).await), (vec!["kept.txt".to_owned()], 4));
    assert_eq!(names(&ada, "?view=trash").await, Vec::<String>::new());
    eventually(async || objects(&server) == 1).await;
}

#[tokio::test]
async fn after_thirty_days_in_the_trash_a_file_and_its_bytes_are_gone_and_after_ninety_more_its_tombstone() {
    let (mut server, ada) = ada().await;
    ada.upload(None, "kept.txt", b"kept").await.unwrap();
    in_the_trash(&ada, None, "old.txt").await;
    let before: ChangesPage = ada.get("/v1/changes").await.unwrap().json().unwrap();
    later(&mut server, 29).await;
    assert_eq!(names(&ada, "?view=trash").await, ["old.txt"]);
    later(&mut server, 31).await;
    eventually(async || names(&ada, "?view=trash").await.is_empty()).await;
    eventually(async || objects(&server) == 1).await;
    assert_eq!((names(&ada, "").await, used(&ada).await), (vec!["kept.txt".to_owned()], 4));
    let since = format!("/v1/changes?since={}", before.revision);
    let told: ChangesPage = ada.get(&since).await.unwrap().json().unwrap();
    assert_eq!(told.changes.len(), 1, "its end is told");
    assert_eq!((before.newest, told.newest), (before.revision, told.revision));

    later(&mut server, 122).await;
    eventually(async || ada.get(&since).await.unwrap().status == 410).await;
    assert_eq!(refusal(&ada.get(&since).await.unwrap()), (410, ErrorCode::ChangesExpired));
    let fresh: ChangesPage = ada.get("/v1/changes?since=0&limit=1").await.unwrap().json().unwrap();
    assert_eq!(fresh.changes.len(), 1);
    let filling = format!("{since}&filling_since={}", fresh.newest);
    let rest: ChangesPage = ada.get(&filling).await.unwrap().json().unwrap();
    assert_eq!((rest.changes.len(), rest.more), (0, false));
}
