//! Uploads: planned, sent to the object store, and published when everything is there.

use std::time::Duration;

use notespot_protocol::{
    Batch, BatchItem, ByteCount, Crc64Nvme, DownloadPlan, ErrorCode, NodeId, OnConflict, Scope, UploadPlan,
    UploadState, UploadStatus,
};
use notespot_testkit::{
    Api, Direction, Fault, FaultKind, FaultProxy, TestServer, completion, content, new_upload, part_of,
    sha256_of,
};
use serde_json::json;
use tokio::time::timeout;

use super::nodes::{names, post};
use super::{ada, ada_and, refusal, somebody, used};

const MIB: usize = 1024 * 1024;

/// What the owner downloads.
pub(super) async fn downloaded(api: &Api, node: NodeId) -> (DownloadPlan, Vec<u8>) {
    let plan: DownloadPlan =
        api.one_of_batch("/v1/downloads", json!({ "node": node })).await.unwrap().unwrap();
    let answer = api.send(&plan.request, Vec::new()).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    (plan, answer.body)
}

async fn planned(api: &Api, name: &str, bytes: &[u8]) -> UploadPlan {
    api.plan(new_upload(None, name, bytes).unwrap()).await.unwrap().unwrap()
}

async fn status(api: &Api, plan: &UploadPlan) -> UploadStatus {
    api.get(&format!("/v1/uploads/{}", plan.id)).await.unwrap().json().unwrap()
}

#[tokio::test]
async fn what_goes_up_comes_down() {
    let (_server, ada) = ada().await;
    for (name, bytes) in [("\u{1f4c8} Übung 3.pdf", content(1, 70_000)), ("empty.txt", Vec::new())] {
        let node = ada.upload(None, name, &bytes).await.unwrap();
        assert_eq!(node.name.as_str(), name);
        let (plan, came) = downloaded(&ada, node.id).await;
        assert_eq!((plan.size.get(), plan.sha256), (bytes.len() as u64, sha256_of(&bytes)));
        assert!(came == bytes);
    }
    let page = ada.get("/v1/nodes").await.unwrap().value().unwrap();
    assert_eq!(page["items"][1]["content"]["content_type"], "application/pdf");
    assert_eq!(used(&ada).await, 70_000);
}

#[tokio::test]
async fn a_large_file_goes_up_in_parts_in_any_order() {
    let (_server, ada) = ada().await;
    let bytes = content(2, 33 * MIB);
    let plan = planned(&ada, "film.mkv", &bytes).await;
    assert_eq!(plan.part_count, 3);
    for number in [3, 1] {
        assert_eq!(ada.send_part(&plan, &bytes, number).await.unwrap().status, 200);
    }
    let arrived: Vec<u32> = status(&ada, &plan).await.arrived.iter().map(|part| part.number).collect();
    assert_eq!(arrived, [1, 3]);
    let early = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap_err();
    assert_eq!((early.0.status, early.0.code), (409, ErrorCode::UploadIncomplete));
    assert_eq!(names(&ada, "").await, Vec::<String>::new());
    assert_eq!(ada.send_part(&plan, &bytes, 2).await.unwrap().status, 200);
    let node = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes);
    assert_eq!(used(&ada).await, bytes.len() as u64);
}

#[tokio::test]
async fn a_repeated_call_does_nothing_twice() {
    let (_server, ada) = ada().await;
    let bytes = content(3, 5000);
    let new = new_upload(None, "a.bin", &bytes).unwrap();
    let first = ada.plan(new.clone()).await.unwrap().unwrap();
    let again = ada.plan(new.clone()).await.unwrap().unwrap();
    assert_eq!(first.id, again.id);
    ada.send_part(&first, &bytes, 1).await.unwrap();
    let (one, two) =
        tokio::join!(ada.complete(completion(&first, &bytes)), ada.complete(completion(&first, &bytes)));
    let (one, two) = (one.unwrap().unwrap(), two.unwrap().unwrap());
    assert_eq!(one.id, two.id);
    let later = ada.complete(completion(&first, &bytes)).await.unwrap().unwrap();
    assert_eq!(later.id, one.id);
    let after = ada.plan(new).await.unwrap().unwrap();
    assert_eq!((after.id, after.state), (first.id, UploadState::Published));
    assert_eq!(status(&ada, &first).await.node, Some(one.id));
    assert_eq!(names(&ada, "").await, ["a.bin"]);
    assert_eq!(used(&ada).await, 5000);
}

#[tokio::test]
async fn parts_completed_twice_at_once_become_one_file() {
    let (_server, ada) = ada().await;
    let bytes = content(4, 17 * MIB);
    let plan = planned(&ada, "a.bin", &bytes).await;
    for number in 1..=plan.part_count {
        ada.send_part(&plan, &bytes, number).await.unwrap();
    }
    let said = completion(&plan, &bytes);
    let (one, two) = tokio::join!(ada.complete(said.clone()), ada.complete(said));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    assert_eq!(names(&ada, "").await, ["a.bin"]);
    assert_eq!(used(&ada).await, bytes.len() as u64);
}

#[tokio::test]
async fn a_wrong_checksum_publishes_nothing() {
    let (_server, ada) = ada().await;
    for bytes in [content(5, 3000), content(5, 17 * MIB)] {
        let plan = planned(&ada, "a.bin", &bytes).await;
        for number in 1..=plan.part_count {
            ada.send_part(&plan, &bytes, number).await.unwrap();
        }
        let mut wrong = completion(&plan, &bytes);
        wrong.crc64nvme = Crc64Nvme(wrong.crc64nvme.0 ^ 1);
        let refused = ada.complete(wrong).await.unwrap().unwrap_err().0;
        assert_eq!((refused.status, refused.code), (422, ErrorCode::ChecksumMismatch));
        let ended = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap_err().0;
        assert_eq!((ended.status, ended.code), (409, ErrorCode::UploadEnded));
        assert_eq!(status(&ada, &plan).await.state, UploadState::Aborted);
    }
    assert_eq!(names(&ada, "").await, Vec::<String>::new());
    assert_eq!(used(&ada).await, 0);
}

#[tokio::test]
async fn the_store_takes_exactly_the_bytes_that_were_announced() {
    let (_server, ada) = ada().await;
    let bytes = content(6, 3000);
    let plan = planned(&ada, "a.bin", &bytes).await;
    let (part, _) = part_of(&plan, &bytes, 1);
    let request = ada.presign(&plan, part).await.unwrap();
    let other = ada.send(&request, content(7, 3000)).await.unwrap();
    assert!(other.status.is_client_error(), "{}", other.status);
    assert!(status(&ada, &plan).await.arrived.is_empty());
    let (before, signature) = request.url.expose().split_once("X-Amz-Signature=").unwrap();
    let other = if signature.starts_with('0') { "1" } else { "0" };
    let mut forged = request.clone();
    forged.url =
        notespot_protocol::SecretUrl::new(format!("{before}X-Amz-Signature={other}{}", &signature[1..]));
    assert_eq!(ada.send(&forged, bytes.clone()).await.unwrap().status, 403);
    let mut short = part;
    short.size = ByteCount(2999);
    let path = format!("/v1/uploads/{}/parts", plan.id);
    let refused = ada.post(&path, &json!({ "parts": [short] })).await.unwrap();
    assert_eq!(refusal(&refused), (422, ErrorCode::BadRequest));
    assert_eq!(ada.send(&request, bytes).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_byte_that_the_network_turned_over_is_noticed() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = somebody(&server, "Ada").await;
    let bytes = content(8, 200_000);
    let plan = planned(&ada, "a.bin", &bytes).await;
    let (part, body) = part_of(&plan, &bytes, 1);
    let request = ada.presign(&plan, part).await.unwrap();
    proxy.inject(Fault { direction: Direction::ToServer, after_bytes: 100_000, kind: FaultKind::Corrupt });
    let refused = ada.send(&request, body.clone()).await.unwrap();
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert!(status(&ada, &plan).await.arrived.is_empty());
    proxy.inject(Fault { direction: Direction::ToServer, after_bytes: 100_000, kind: FaultKind::Drop });
    assert!(ada.send(&request, body.clone()).await.is_err());
    assert!(status(&ada, &plan).await.arrived.is_empty());
    assert_eq!(ada.send(&request, body).await.unwrap().status, 200);
    let node = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes);
}

#[tokio::test]
async fn an_upload_that_was_given_up_stays_so() {
    let (_server, ada) = ada().await;
    let bytes = content(9, 100);
    let plan = planned(&ada, "a.bin", &bytes).await;
    ada.send_part(&plan, &bytes, 1).await.unwrap();
    let path = format!("/v1/uploads/{}", plan.id);
    assert_eq!(ada.delete(&path).await.unwrap().status, 204);
    let refused = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap_err();
    assert_eq!(refused.0.code, ErrorCode::UploadEnded);
    let parts = json!({ "parts": [part_of(&plan, &bytes, 1).0] });
    let refused = ada.post(&format!("{path}/parts"), &parts).await.unwrap();
    assert_eq!(refusal(&refused), (409, ErrorCode::UploadEnded));
}

#[tokio::test]
async fn parts_that_arrived_survive_a_power_cut() {
    let (mut server, ada) = ada().await;
    let bytes = content(10, 33 * MIB);
    let plan = planned(&ada, "film.mkv", &bytes).await;
    for number in [1, 2] {
        ada.send_part(&plan, &bytes, number).await.unwrap();
    }
    server.kill_9().await.unwrap();
    server.start_again().await.unwrap();
    let arrived: Vec<u32> = status(&ada, &plan).await.arrived.iter().map(|part| part.number).collect();
    assert_eq!(arrived, [1, 2]);
    ada.send_part(&plan, &bytes, 3).await.unwrap();
    let node = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes);
}

#[tokio::test]
async fn what_was_deleted_for_ever_leaves_the_object_store() {
    let (_server, ada) = ada().await;
    let node = ada.upload(None, "a.bin", &content(11, 1000)).await.unwrap();
    let (plan, _) = downloaded(&ada, node.id).await;
    post(&ada, node.id, "trash").await.value().unwrap();
    assert_eq!(ada.delete(&format!("/v1/nodes/{}", node.id)).await.unwrap().status, 204);
    let is_there =
        async || !matches!(ada.send(&plan.request, Vec::new()).await, Ok(answer) if answer.status == 404);
    let gone = async { while is_there().await {} };
    timeout(Duration::from_secs(20), gone).await.expect("the object is still there");
}

#[tokio::test]
async fn one_bad_item_does_not_spoil_the_batch() {
    let (_server, ada) = ada().await;
    let mut too_large = new_upload(None, "huge.iso", b"").unwrap();
    too_large.size = ByteCount((5 << 40) + 1);
    let nowhere = new_upload(Some(NodeId::generate()), "lost.txt", b"x").unwrap();
    let good = new_upload(None, "good.txt", b"x").unwrap();
    let batch = Batch { items: vec![too_large, good, nowhere] };
    let planned: Batch<BatchItem<UploadPlan>> =
        ada.post("/v1/uploads", &batch).await.unwrap().json().unwrap();
    let outcome = |item: BatchItem<UploadPlan>| item.into_result().map(drop).map_err(|problem| problem.code);
    let outcomes: Vec<_> = planned.items.into_iter().map(outcome).collect();
    assert_eq!(outcomes, [Err(ErrorCode::TooLarge), Ok(()), Err(ErrorCode::NotFound)]);
}

#[tokio::test]
async fn nobody_stores_more_than_their_quota() {
    let server = TestServer::with(&["--quota", "1KB"]).await.unwrap();
    let ada = somebody(&server, "Ada").await;
    ada.upload(None, "a.bin", &content(1, 900)).await.unwrap();
    let more = ada.upload(None, "b.bin", &content(2, 200)).await.unwrap_err();
    assert!(more.to_string().contains("quota_exceeded"), "{more}");
    assert_eq!(used(&ada).await, 900);
}

#[tokio::test]
async fn what_is_stored_is_never_a_page_of_the_site() {
    let (_server, ada) = ada().await;
    let bytes = b"<script>alert(document.domain)</script>";
    let plan = planned(&ada, "page.html", bytes).await;
    let mut put = ada.presign(&plan, part_of(&plan, bytes, 1).0).await.unwrap();
    put.headers.insert("content-type".to_owned(), "text/html".to_owned());
    assert_eq!(ada.send(&put, bytes.to_vec()).await.unwrap().status, 200);
    let node = ada.complete(completion(&plan, bytes)).await.unwrap().unwrap();
    let plan: DownloadPlan =
        ada.one_of_batch("/v1/downloads", json!({ "node": node.id })).await.unwrap().unwrap();
    let answer = ada.send(&plan.request, Vec::new()).await.unwrap();
    assert_eq!(answer.headers["content-type"], "application/octet-stream");
    assert_eq!(answer.headers["content-disposition"], "attachment");
    assert_eq!(answer.headers["content-security-policy"], "sandbox; default-src 'none'");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn a_token_that_may_only_add_replaces_nothing() {
    let (_server, ada, adder) = ada_and(&[Scope::Upload]).await;
    let node = ada.upload(None, "secret.txt", b"one").await.unwrap();
    let mut new = new_upload(None, "secret.txt", b"two").unwrap();
    new.on_conflict = OnConflict::Replace;
    let refused = adder.plan(new).await.unwrap().unwrap_err();
    assert_eq!(refused.0.code, ErrorCode::Forbidden);
    assert_eq!(downloaded(&ada, node.id).await.1, b"one");
}

#[tokio::test]
async fn a_multipart_upload_that_nobody_has_a_record_of_is_given_up() {
    let (mut server, ada) = ada().await;
    let bytes = content(12, 33 * MIB);
    let plan = planned(&ada, "film.mkv", &bytes).await;
    ada.send_part(&plan, &bytes, 1).await.unwrap();
    let folder = server.data_dir().join("objects/parts");
    let recorded = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    // As a server leaves them that dies right after it has begun them, one two days ago, and one now.
    let [old, new] =
        ["0", "1"].map(|digit| folder.join(format!("{}-{}", digit.repeat(32), digit.repeat(16))));
    for path in [&old, &new] {
        std::fs::create_dir(path).unwrap();
        std::fs::write(path.join("open"), b"").unwrap();
    }
    let long_ago = std::time::SystemTime::now() - Duration::from_hours(48);
    for path in [&old, &recorded] {
        let mark = std::fs::File::options().write(true).open(path.join("open")).unwrap();
        mark.set_modified(long_ago).unwrap();
    }
    server.restart().await.unwrap();
    let gone = async {
        while old.exists() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), gone).await.expect("it is still there");
    assert!(new.exists(), "its record may come yet");
    for number in [2, 3] {
        ada.send_part(&plan, &bytes, number).await.unwrap();
    }
    let node = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes);
}
