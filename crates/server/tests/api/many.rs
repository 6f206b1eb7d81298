//! Many files and folders in one call, and copies.

use notespot_protocol::{Batch, BatchItem, ClientRef, ErrorCode, Node, NodeId, Revision, Scope};
use notespot_testkit::Api;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::nodes::names;
use super::{ada, ada_and, folder, refusal, used};

async fn call<T: DeserializeOwned>(api: &Api, verb: &str, items: Value) -> Vec<Result<T, (u16, ErrorCode)>> {
    let answer = api.post(&format!("/v1/nodes/{verb}"), &json!({ "items": items })).await.unwrap();
    let batch: Batch<BatchItem<T>> = answer.json().unwrap();
    let refused = |problem: notespot_protocol::Problem| (problem.status, problem.code);
    batch.items.into_iter().map(|item| item.into_result().map_err(refused)).collect()
}

async fn made(api: &Api, parent: Option<NodeId>, name: &str) -> Node {
    folder(api, parent, name).await.json().unwrap()
}

#[tokio::test]
async fn edits_of_a_batch_are_made_or_refused_alone_in_their_order() {
    let (_server, ada) = ada().await;
    let place = made(&ada, None, "Place").await;
    let inside = made(&ada, Some(place.id), "Inside").await;
    let file = ada.upload(None, "a.txt", b"a").await.unwrap();
    let edited: Vec<Result<Node, _>> = call(
        &ada,
        "edit",
        json!([
            { "id": file.id, "if_match": file.revision, "name": "b.txt", "parent": place.id },
            { "id": file.id, "if_match": file.revision, "name": "c.txt" },
            { "id": inside.id, "parent": null },
            { "id": place.id, "parent": inside.id },
            { "id": inside.id, "parent": place.id },
            { "id": file.id, "description": "d".repeat(4001) },
            { "id": file.id, "tags": vec!["t"; 51] },
            { "id": NodeId::generate(), "name": "x" },
            { "id": file.id, "description": "Mine" },
        ]),
    )
    .await;
    let (moved, out, into, described) = (&edited[0], &edited[2], &edited[3], &edited[8]);
    let moved = moved.as_ref().unwrap();
    assert_eq!((moved.parent, moved.name.as_str()), (Some(place.id), "b.txt"));
    assert_eq!(edited[1], Err((412, ErrorCode::StaleRevision)));
    assert_eq!(out.as_ref().unwrap().parent, None);
    assert_eq!(into.as_ref().unwrap().parent, Some(inside.id));
    assert_eq!(edited[4], Err((409, ErrorCode::BadRequest)), "it would lie in itself");
    assert_eq!(edited[5], Err((400, ErrorCode::BadRequest)));
    assert_eq!(edited[6], Err((400, ErrorCode::BadRequest)));
    assert_eq!(edited[7], Err((404, ErrorCode::NotFound)));
    let described = described.as_ref().unwrap();
    assert_eq!((described.description.as_str(), described.name.as_str()), ("Mine", "b.txt"));
    assert_eq!(names(&ada, "").await, ["Inside"]);
}

#[tokio::test]
async fn a_batch_goes_to_the_trash_comes_back_and_goes_for_ever() {
    let (_server, ada) = ada().await;
    let place = made(&ada, None, "Place").await;
    let inside = ada.upload(Some(place.id), "a.txt", b"abc").await.unwrap();
    let kept = ada.upload(None, "kept.txt", b"kept").await.unwrap();
    let both = json!([{ "id": place.id }, { "id": NodeId::generate() }, { "id": kept.id, "if_match": Revision(77) }]);
    let refused = [(404, ErrorCode::NotFound), (412, ErrorCode::StaleRevision)];
    let trashed: Vec<Result<Node, _>> = call(&ada, "trash", both.clone()).await;
    assert!(trashed[0].as_ref().unwrap().trashed_at.is_some());
    assert_eq!(trashed[1..], refused.map(Err));
    let restored: Vec<Result<Node, _>> = call(&ada, "restore", both.clone()).await;
    assert_eq!(restored[0].as_ref().unwrap().trashed_at, None);
    assert_eq!(restored[1..], refused.map(Err));
    let lives: Vec<Result<NodeId, _>> = call(&ada, "delete", both.clone()).await;
    assert_eq!(lives[0], Err((409, ErrorCode::WrongKind)));
    call::<Node>(&ada, "trash", both.clone()).await;
    let deleted: Vec<Result<NodeId, _>> = call(&ada, "delete", both).await;
    assert_eq!(deleted[0], Ok(place.id));
    assert_eq!(deleted[1..], refused.map(Err));
    assert_eq!(refusal(&ada.get(&format!("/v1/nodes/{}", inside.id)).await.unwrap()).0, 404);
    assert_eq!((names(&ada, "").await, used(&ada).await), (vec!["kept.txt".to_owned()], 4));
}

#[tokio::test]
async fn a_copy_has_the_same_bytes_outlives_its_original_and_is_made_once() {
    let (server, ada) = ada().await;
    let place = made(&ada, None, "Place").await;
    let file = ada.upload(Some(place.id), "a.txt", b"the same bytes").await.unwrap();
    let client_ref = ClientRef::generate();
    let wanted = json!([
        { "client_ref": client_ref, "node": place.id, "parent": null },
        { "client_ref": client_ref, "node": place.id, "parent": null },
        { "client_ref": ClientRef::generate(), "node": file.id, "parent": place.id },
        { "client_ref": ClientRef::generate(), "node": file.id, "parent": place.id, "on_conflict": "fail" },
        { "client_ref": ClientRef::generate(), "node": place.id, "parent": place.id },
        { "client_ref": ClientRef::generate(), "node": NodeId::generate(), "parent": null },
    ]);
    let copied: Vec<Result<Node, _>> = call(&ada, "copy", wanted.clone()).await;
    let copy = copied[0].as_ref().unwrap().clone();
    assert_eq!((copy.name.as_str(), &copied[0]), ("Place (2)", &copied[1]));
    assert_eq!(copied[2].as_ref().unwrap().name.as_str(), "a (2).txt");
    assert_eq!(copied[3], Err((409, ErrorCode::NameTaken)));
    assert_eq!(copied[4], Err((409, ErrorCode::BadRequest)));
    assert_eq!(copied[5], Err((404, ErrorCode::NotFound)));
    assert_eq!(used(&ada).await, 3 * 14);
    let again: Vec<Result<Node, _>> = call(&ada, "copy", wanted).await;
    assert_eq!((again[0].as_ref().unwrap().id, used(&ada).await), (copy.id, 3 * 14));

    let original = json!([{ "id": place.id }]);
    call::<Node>(&ada, "trash", original.clone()).await;
    assert!(call::<NodeId>(&ada, "delete", original).await[0].is_ok());
    let inside = ada.get(&format!("/v1/nodes?parent={}", copy.id)).await.unwrap().value().unwrap();
    let inside: Node = serde_json::from_value(inside["items"][0].clone()).unwrap();
    let slug = ada.link(inside.id).await.unwrap().slug;
    let download = server.stranger().unwrap().get(&format!("/s/{slug}/download")).await.unwrap();
    assert_eq!(download.body, b"the same bytes");
}

#[tokio::test]
async fn who_may_not_manage_changes_nothing_and_too_many_are_refused_whole() {
    let (_server, ada, limited) = ada_and(&[Scope::Read, Scope::Upload]).await;
    let file = ada.upload(None, "a.txt", b"a").await.unwrap();
    let copy = json!({ "client_ref": ClientRef::generate(), "node": file.id, "parent": null });
    for (verb, item) in [
        ("edit", json!({ "id": file.id, "name": "b.txt" })),
        ("trash", json!({ "id": file.id })),
        ("restore", json!({ "id": file.id })),
        ("delete", json!({ "id": file.id })),
        ("copy", copy),
    ] {
        let path = format!("/v1/nodes/{verb}");
        let one = json!({ "items": [item] });
        assert_eq!(refusal(&limited.post(&path, &one).await.unwrap()), (403, ErrorCode::Forbidden), "{verb}");
        let many = json!({ "items": vec![item; 1001] });
        assert_eq!(refusal(&ada.post(&path, &many).await.unwrap()), (413, ErrorCode::TooLarge), "{verb}");
    }
    let empty = limited.post("/v1/trash/empty", &json!({})).await.unwrap();
    assert_eq!(refusal(&empty), (403, ErrorCode::Forbidden));
    assert_eq!(names(&ada, "").await, ["a.txt"]);
}

#[tokio::test]
async fn a_folder_that_was_made_offline_has_the_id_that_it_had_there() {
    let (_server, ada) = ada().await;
    let (id, client_ref) = (NodeId::generate(), ClientRef::generate());
    let wanted =
        |client_ref| json!({ "client_ref": client_ref, "id": id, "parent": null, "name": "Offline" });
    for _ in 0..2 {
        let folder: Node = ada.post("/v1/nodes", &wanted(client_ref)).await.unwrap().json().unwrap();
        assert_eq!(folder.id, id);
    }
    let other = ada.post("/v1/nodes", &wanted(ClientRef::generate())).await.unwrap();
    assert_eq!(refusal(&other), (409, ErrorCode::ReferenceTaken));
    assert_eq!(names(&ada, "").await, ["Offline"]);
}
