//! Files and folders.

use notespot_protocol::{ClientRef, ErrorCode, Node, NodeId, OnConflict};
use notespot_testkit::{Answer, Api, new_upload};
use reqwest::Method;
use serde_json::{Value, json};

use super::{ada, folder, refusal, used};

pub(super) async fn names(api: &Api, query: &str) -> Vec<String> {
    let page = api.get(&format!("/v1/nodes{query}")).await.unwrap().value().unwrap();
    let name = |node: &Value| node["name"].as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(name).collect()
}

pub(super) async fn edit(api: &Api, id: NodeId, patch: Value) -> Answer {
    api.patch(&format!("/v1/nodes/{id}"), &patch).await.unwrap()
}

async fn edit_at(api: &Api, id: NodeId, revision: &str, patch: Value) -> Answer {
    let request = api.request(Method::PATCH, &format!("/v1/nodes/{id}")).unwrap();
    Answer::of(request.header("if-match", revision).json(&patch)).await.unwrap()
}

pub(super) async fn post(api: &Api, id: NodeId, verb: &str) -> Answer {
    Answer::of(api.request(Method::POST, &format!("/v1/nodes/{id}/{verb}")).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_name_that_exists_is_numbered_unless_asked_otherwise() {
    let (_server, ada) = ada().await;
    let first = ada.upload(None, "Übung.pdf", b"1").await.unwrap();
    let second = ada.upload(None, "U\u{308}bung.pdf", b"2").await.unwrap();
    assert_eq!((first.name.as_str(), second.name.as_str()), ("Übung.pdf", "U\u{308}bung (2).pdf"));
    let taken = edit(&ada, second.id, json!({ "name": "Übung.pdf", "on_conflict": "fail" })).await;
    assert_eq!(refusal(&taken), (409, ErrorCode::NameTaken));
    let mut replacing = new_upload(None, "Übung.pdf", b"three").unwrap();
    replacing.on_conflict = OnConflict::Replace;
    let replaced = ada.upload_as(replacing, b"three").await.unwrap();
    assert_eq!((replaced.id, replaced.content.unwrap().size.get()), (first.id, 5));
    assert_eq!(names(&ada, "").await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_a_name_is_refused_with_its_reason() {
    let (_server, ada) = ada().await;
    for name in ["", "   ", "a/b", "..", "a\nb", &"ü".repeat(128)] {
        let answer = folder(&ada, None, name).await;
        assert_eq!(refusal(&answer), (422, ErrorCode::InvalidName), "{name:?}");
    }
    assert_eq!(names(&ada, "").await, Vec::<String>::new());
    let longest = "n".repeat(255);
    assert_eq!(folder(&ada, None, &longest).await.value().unwrap()["name"], longest.as_str());
}

#[tokio::test]
async fn a_retried_folder_is_made_once() {
    let (_server, ada) = ada().await;
    let wanted = json!({ "client_ref": ClientRef::generate(), "parent": null, "name": "Lectures" });
    let first = ada.post("/v1/nodes", &wanted).await.unwrap().value().unwrap();
    let again = ada.post("/v1/nodes", &wanted).await.unwrap().value().unwrap();
    assert_eq!(first, again);
    assert_eq!(names(&ada, "").await, ["Lectures"]);
}

#[tokio::test]
async fn an_edit_of_something_that_changed_elsewhere_is_refused() {
    let (_server, ada) = ada().await;
    let node = ada.upload(None, "a.txt", b"a").await.unwrap();
    let known = format!("\"{}\"", node.revision.0);
    let described = edit_at(&ada, node.id, &known, json!({ "description": "Mine", "tags": ["x"] })).await;
    let described: Node = described.json().unwrap();
    assert_eq!((described.description.as_str(), described.tags.len()), ("Mine", 1));
    let stale = edit_at(&ada, node.id, &known, json!({ "name": "b.txt" })).await;
    assert_eq!(refusal(&stale), (412, ErrorCode::StaleRevision));
    for unread in ["yesterday", "\"17", "\"+17\"", "\"9007199254740993\"", "\"\"", ""] {
        let unread = edit_at(&ada, node.id, unread, json!({ "name": "b.txt" })).await;
        assert_eq!(refusal(&unread), (400, ErrorCode::BadRequest));
    }
    assert_eq!(names(&ada, "").await, ["a.txt"]);
}

#[tokio::test]
async fn what_is_too_long_to_be_a_description_or_a_tag_is_refused() {
    let (_server, ada) = ada().await;
    let node = ada.upload(None, "a.txt", b"a").await.unwrap();
    for patch in [
        json!({ "description": "d".repeat(4001) }),
        json!({ "tags": ["t".repeat(101)] }),
        json!({ "tags": vec!["t"; 51] }),
    ] {
        assert_eq!(refusal(&edit(&ada, node.id, patch).await), (400, ErrorCode::BadRequest));
    }
}

#[tokio::test]
async fn the_trash_gives_back_and_deletes_for_ever() {
    let (_server, ada) = ada().await;
    let node = ada.upload(None, "a.txt", b"abc").await.unwrap();
    let path = format!("/v1/nodes/{}", node.id);
    assert_eq!(refusal(&ada.delete(&path).await.unwrap()), (409, ErrorCode::WrongKind));
    let trashed: Node = post(&ada, node.id, "trash").await.json().unwrap();
    assert!(trashed.trashed_at.is_some());
    assert_eq!(names(&ada, "").await, Vec::<String>::new());
    assert_eq!(names(&ada, "?view=trash").await, ["a.txt"]);
    let restored: Node = post(&ada, node.id, "restore").await.json().unwrap();
    assert_eq!(restored.trashed_at, None);
    post(&ada, node.id, "trash").await.value().unwrap();
    assert_eq!(ada.delete(&path).await.unwrap().status, 204);
    assert_eq!(refusal(&ada.get(&path).await.unwrap()), (404, ErrorCode::NotFound));
    assert_eq!(used(&ada).await, 0);
}

#[tokio::test]
async fn a_folder_takes_what_is_in_it_along_and_never_goes_into_itself() {
    let (_server, ada) = ada().await;
    let outer: Node = folder(&ada, None, "Outer").await.json().unwrap();
    let inner: Node = folder(&ada, Some(outer.id), "Inner").await.json().unwrap();
    let file = ada.upload(Some(inner.id), "a.txt", b"a").await.unwrap();
    assert_eq!(refusal(&edit(&ada, outer.id, json!({ "parent": inner.id })).await).0, 409);
    assert_eq!(refusal(&edit(&ada, inner.id, json!({ "parent": file.id })).await).0 / 100, 4);
    post(&ada, outer.id, "trash").await.value().unwrap();
    assert_eq!(names(&ada, "?view=search&text=a.txt").await, Vec::<String>::new());
    post(&ada, outer.id, "restore").await.value().unwrap();
    assert_eq!(names(&ada, &format!("?parent={}", inner.id)).await, ["a.txt"]);
    let out: Node = edit(&ada, inner.id, json!({ "parent": null })).await.json().unwrap();
    assert_eq!(out.parent, None);
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page() {
    let (_server, ada) = ada().await;
    let wanted: Vec<String> = (0..25).map(|number| format!("Folder {number:02}")).collect();
    for name in wanted.iter().rev() {
        folder(&ada, None, name).await.value().unwrap();
    }
    let (mut read, mut query) = (Vec::new(), "?limit=10".to_owned());
    loop {
        let page = ada.get(&format!("/v1/nodes{query}")).await.unwrap().value().unwrap();
        read.extend(page["items"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=10&cursor={next}");
    }
    assert_eq!(read, wanted);
    let forged = ada.get("/v1/nodes?cursor=forged").await.unwrap();
    assert_eq!(refusal(&forged), (422, ErrorCode::BadRequest));
    for limit in ["0", "1001"] {
        let beyond = ada.get(&format!("/v1/nodes?limit={limit}")).await.unwrap();
        assert_eq!(refusal(&beyond), (400, ErrorCode::BadRequest), "{limit}");
    }
}
