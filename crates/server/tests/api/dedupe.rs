//! Content that its owner has already: proven, and not sent.

use notespot_metadata::sqlite::SqliteMetadata;
use notespot_metadata::uploads::Uploads as _;
use notespot_protocol::{
    Challenge, CompleteUpload, DownloadPlan, ErrorCode, NewUpload, Node, NodeId, Scope, Sha256, Timestamp,
    UploadId, UploadPlan, UploadState, UploadStatus, UserId,
};
use notespot_testkit::{
    Api, Direction, Fault, FaultKind, FaultProxy, TestServer, completion, content, new_upload, proof_of,
    sha256_of,
};
use serde_json::json;

use super::nodes::{names, post};
use super::uploads::downloaded;
use super::{ada, ada_and, somebody, used};

const MIB: usize = 1024 * 1024;
const SIZE: usize = 3 * MIB + 17;

fn claim(name: &str, bytes: &[u8]) -> NewUpload {
    NewUpload { sha256: Some(sha256_of(bytes)), ..new_upload(None, name, bytes).unwrap() }
}

async fn plan(api: &Api, new: NewUpload) -> UploadPlan {
    api.plan(new).await.unwrap().unwrap()
}

/// Plans content that its owner has already.
async fn challenged(api: &Api, name: &str, bytes: &[u8]) -> (UploadPlan, Challenge) {
    let plan = plan(api, claim(name, bytes)).await;
    let challenge = plan.challenge.clone().expect("it is known");
    (plan, challenge)
}

async fn refused(api: &Api, plan: &UploadPlan, proof: Sha256) -> (u16, ErrorCode) {
    let refused = api.prove(plan, proof).await.unwrap().unwrap_err().0;
    (refused.status, refused.code)
}

async fn copied(api: &Api, name: &str, bytes: &[u8]) -> Node {
    let (plan, challenge) = challenged(api, name, bytes).await;
    api.prove(&plan, proof_of(&challenge, bytes)).await.unwrap().unwrap()
}

async fn delete(api: &Api, node: NodeId) {
    post(api, node, "trash").await.value().unwrap();
    assert_eq!(api.delete(&format!("/v1/nodes/{node}")).await.unwrap().status, 204);
}

/// The files of the object store: what is no object yet is none.
pub(super) fn objects(server: &TestServer) -> usize {
    let folders = std::fs::read_dir(server.data_dir().join("objects/objects")).unwrap();
    folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[tokio::test]
async fn content_that_is_there_becomes_a_file_without_a_byte_being_sent() {
    let (server, ada) = ada().await;
    for size in [SIZE, 33 * MIB] {
        let bytes = content(size as u64, size);
        let name = format!("{size}.bin");
        let first = plan(&ada, new_upload(None, "a.bin", &bytes).unwrap()).await;
        assert!(!first.same_size && first.challenge.is_none());
        ada.upload(None, "a.bin", &bytes).await.unwrap();
        let before = (objects(&server), used(&ada).await);
        let mut new = new_upload(None, &name, &bytes).unwrap();
        let by_size = plan(&ada, new.clone()).await;
        assert!(by_size.same_size && by_size.challenge.is_none());
        new.sha256 = Some(sha256_of(&bytes));
        let by_hash = plan(&ada, new).await;
        assert_eq!(by_hash.id, by_size.id);
        let proof = proof_of(&by_hash.challenge.clone().unwrap(), &bytes);
        let node = ada.prove(&by_hash, proof).await.unwrap().unwrap();
        assert_eq!(node.name.as_str(), name);
        assert!(downloaded(&ada, node.id).await.1 == bytes);
        assert_eq!((objects(&server), used(&ada).await), (before.0, before.1 + size as u64));
        let status: UploadStatus =
            ada.get(&format!("/v1/uploads/{}", by_hash.id)).await.unwrap().json().unwrap();
        assert_eq!((status.state, status.node), (UploadState::Published, Some(node.id)));
    }
}

#[tokio::test]
async fn somebody_elses_hash_gives_nothing() {
    let server = TestServer::start().await.unwrap();
    let (ada, mallory) = (somebody(&server, "Ada").await, somebody(&server, "Mallory").await);
    let bytes = content(1, SIZE);
    ada.upload(None, "secret.bin", &bytes).await.unwrap();
    let mut new = new_upload(None, "mine.bin", &bytes).unwrap();
    assert!(!plan(&mallory, new.clone()).await.same_size, "nobody learns what others have");
    new.sha256 = Some(sha256_of(&bytes));
    let theirs = plan(&mallory, new).await;
    assert_eq!(theirs.challenge, None);

    // Not even with the bytes, nor with a challenge of hers.
    let (hers, challenge) = challenged(&ada, "copy.bin", &bytes).await;
    let proof = proof_of(&challenge, &bytes);
    assert_eq!(refused(&mallory, &theirs, proof).await, (409, ErrorCode::ProofRefused));
    assert_eq!(refused(&mallory, &hers, proof).await, (404, ErrorCode::NotFound));
    assert_eq!(names(&mallory, "").await, Vec::<String>::new());
    assert_eq!(used(&mallory).await, 0);
    // And her own is as good as before.
    ada.prove(&hers, proof).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_hash_without_the_bytes_is_refused_and_the_upload_goes_on() {
    let (_server, ada) = ada().await;
    let bytes = content(2, SIZE);
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    let new = claim("b.bin", &bytes);
    let first = plan(&ada, new.clone()).await;
    let challenge = first.challenge.clone().unwrap();
    let mut nearly = bytes.clone();
    let at = usize::try_from(challenge.ranges[7].offset.get()).unwrap() + 1000;
    nearly[at] ^= 1;
    for wrong in [proof_of(&challenge, &nearly), sha256_of(&bytes), sha256_of(b"")] {
        let again = plan(&ada, new.clone()).await;
        let fresh = again.challenge.clone().unwrap();
        assert_ne!(fresh, challenge, "no two are the same");
        assert_eq!(refused(&ada, &again, wrong).await, (422, ErrorCode::ProofRefused));
        let right = proof_of(&fresh, &bytes);
        assert_eq!(refused(&ada, &again, right).await, (409, ErrorCode::ProofRefused), "it is used");
    }
    let again = plan(&ada, new.clone()).await;
    let late = proof_of(&challenge, &bytes);
    assert_eq!(refused(&ada, &again, late).await, (422, ErrorCode::ProofRefused), "it was replaced");
    assert_eq!(names(&ada, "").await, ["a.bin"]);
    assert_eq!(used(&ada).await, SIZE as u64);

    assert_eq!(ada.send_part(&again, &bytes, 1).await.unwrap().status, 200);
    let node = ada.complete(completion(&again, &bytes)).await.unwrap().unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes);
}

#[tokio::test]
async fn a_proof_is_good_once_and_for_minutes() {
    let (server, ada) = ada().await;
    let bytes = content(3, SIZE);
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    let (first, challenge) = challenged(&ada, "b.bin", &bytes).await;
    let proof = proof_of(&challenge, &bytes);
    let node = ada.prove(&first, proof).await.unwrap().unwrap();
    // Sent again because its answer got lost: the same file, and no second one.
    assert_eq!(ada.prove(&first, proof).await.unwrap().unwrap().id, node.id);
    // For another upload it is worth nothing.
    let (second, _) = challenged(&ada, "c.bin", &bytes).await;
    assert_eq!(refused(&ada, &second, proof).await, (422, ErrorCode::ProofRefused));
    assert_eq!(names(&ada, "").await, ["a.bin", "b.bin"]);

    let (third, challenge) = challenged(&ada, "d.bin", &bytes).await;
    let metadata = SqliteMetadata::open(&server.data_dir().join("metadata.db")).await.unwrap();
    let owner = owner_of(&ada).await;
    let taken = metadata.take_challenges(&owner, &[third.id], Timestamp::now()).await.unwrap();
    let mut asked = taken.into_iter().next().unwrap().unwrap().challenge;
    let left = asked.ends_at.as_millis() - Timestamp::now().as_millis();
    assert!((0..=300_000).contains(&left), "{left}");
    asked.ends_at = Timestamp::now();
    metadata.keep_challenges(&owner, &[(third.id, asked)]).await.unwrap();
    assert_eq!(refused(&ada, &third, proof_of(&challenge, &bytes)).await, (409, ErrorCode::ProofRefused));
}

async fn owner_of(api: &Api) -> UserId {
    let me = api.get("/v1/me").await.unwrap().value().unwrap();
    UserId(me["id"].as_str().unwrap().to_owned())
}

/// What a server does up to the moment before it publishes.
async fn take(server: &TestServer, owner: &UserId, id: UploadId) {
    let metadata = SqliteMetadata::open(&server.data_dir().join("metadata.db")).await.unwrap();
    let taken = metadata.take_challenges(owner, &[id], Timestamp::now()).await.unwrap();
    assert!(taken[0].is_ok());
    metadata.close().await;
}

#[tokio::test]
async fn a_server_that_dies_between_proof_and_publication_leaves_an_open_upload() {
    let (mut server, ada) = ada().await;
    let bytes = content(4, SIZE);
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    let owner = owner_of(&ada).await;
    let new = claim("b.bin", &bytes);
    let first = plan(&ada, new.clone()).await;
    server.kill_9().await.unwrap();
    take(&server, &owner, first.id).await;
    server.start_again().await.unwrap();
    let proof = proof_of(&first.challenge.clone().unwrap(), &bytes);
    assert_eq!(refused(&ada, &first, proof).await, (409, ErrorCode::ProofRefused));
    assert_eq!((names(&ada, "").await, used(&ada).await), (vec!["a.bin".to_owned()], SIZE as u64));

    let again = plan(&ada, new).await;
    assert_eq!(again.id, first.id);
    let node = ada.prove(&again, proof_of(&again.challenge.clone().unwrap(), &bytes)).await.unwrap().unwrap();
    server.kill_9().await.unwrap();
    server.start_again().await.unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes, "what was acknowledged stays");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again() {
    let proxy = FaultProxy::start().await.unwrap();
    let server = TestServer::behind(&proxy).await.unwrap();
    let ada = somebody(&server, "Ada").await;
    let bytes = content(5, SIZE);
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    let (plan, challenge) = challenged(&ada, "b.bin", &bytes).await;
    let proof = proof_of(&challenge, &bytes);
    proxy.inject(Fault { direction: Direction::ToClient, after_bytes: 0, kind: FaultKind::Drop });
    assert!(ada.prove(&plan, proof).await.is_err());
    ada.prove(&plan, proof).await.unwrap().unwrap();
    assert_eq!(names(&ada, "").await, ["a.bin", "b.bin"]);
}

#[tokio::test]
async fn an_object_outlives_each_of_its_files_but_the_last() {
    let (server, ada) = ada().await;
    let bytes = content(6, SIZE);
    let first = ada.upload(None, "a.bin", &bytes).await.unwrap();
    let second = copied(&ada, "b.bin", &bytes).await;
    let third = copied(&ada, "c.bin", &bytes).await;
    post(&ada, third.id, "trash").await.value().unwrap();
    delete(&ada, first.id).await;
    swept(&ada).await;
    assert!(downloaded(&ada, second.id).await.1 == bytes);
    delete(&ada, second.id).await;
    swept(&ada).await;
    post(&ada, third.id, "restore").await.value().unwrap();
    let (last, came) = downloaded(&ada, third.id).await;
    assert!(came == bytes, "what is in the trash keeps its content");
    assert_eq!(objects(&server), 1);
    delete(&ada, third.id).await;
    gone(&ada, &last).await;
    assert_eq!(used(&ada).await, 0);
    assert_eq!(plan(&ada, claim("d.bin", &bytes)).await.challenge, None);
}

/// Waits until the object store was rid of everything that was orphaned so far.
async fn swept(api: &Api) {
    let node = api.upload(None, "swept", b"away").await.unwrap();
    let (plan, _) = downloaded(api, node.id).await;
    delete(api, node.id).await;
    gone(api, &plan).await;
}

async fn gone(api: &Api, plan: &DownloadPlan) {
    let gone = async {
        while !matches!(api.send(&plan.request, Vec::new()).await, Ok(answer) if answer.status == 404) {}
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), gone).await.expect("the object is still there");
}

#[tokio::test]
async fn what_was_deleted_after_it_was_asked_for_has_to_be_sent() {
    let (_server, ada) = ada().await;
    let bytes = content(7, 17 * MIB);
    let first = ada.upload(None, "a.bin", &bytes).await.unwrap();
    let (plan, challenge) = challenged(&ada, "b.bin", &bytes).await;
    delete(&ada, first.id).await;
    let proof = proof_of(&challenge, &bytes);
    assert_eq!(refused(&ada, &plan, proof).await, (409, ErrorCode::ProofRefused));
    for number in 1..=plan.part_count {
        assert_eq!(ada.send_part(&plan, &bytes, number).await.unwrap().status, 200);
    }
    let node = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap();
    assert!(downloaded(&ada, node.id).await.1 == bytes);
}

#[tokio::test]
async fn small_content_and_tokens_that_may_not_read_are_told_nothing() {
    let (_server, ada, adder) = ada_and(&[Scope::Upload]).await;
    for (size, is_told) in [(SIZE, true), (MIB + 1, true), (MIB, false)] {
        let bytes = content(size as u64, size);
        ada.upload(None, "a.bin", &bytes).await.unwrap();
        let told = plan(&ada, new_upload(None, "b.bin", &bytes).unwrap()).await.same_size;
        let asked = plan(&ada, claim("b.bin", &bytes)).await.challenge.is_some();
        assert_eq!((told, asked), (is_told, is_told), "{size}");
        let told = plan(&adder, new_upload(None, "b.bin", &bytes).unwrap()).await.same_size;
        let asked = plan(&adder, claim("b.bin", &bytes)).await.challenge;
        assert_eq!((told, asked), (false, None), "{size}");
    }
}

#[tokio::test]
async fn content_under_a_false_hash_is_never_taken_for_the_true_one() {
    let (_server, ada, adder) = ada_and(&[Scope::Read, Scope::Upload]).await;
    let bytes = content(10, SIZE);
    let mut planted = bytes.clone();
    planted[SIZE / 2] ^= 1;
    let theirs = plan(&adder, new_upload(None, "planted", &planted).unwrap()).await;
    assert_eq!(adder.send_part(&theirs, &planted, 1).await.unwrap().status, 200);
    let lie = CompleteUpload { sha256: sha256_of(&bytes), ..completion(&theirs, &planted) };
    adder.complete(lie).await.unwrap().unwrap();

    let hers = plan(&ada, claim("mine", &bytes)).await;
    assert_eq!((hers.challenge.as_ref(), hers.same_size), (None, false));
    assert_eq!(ada.send_part(&hers, &bytes, 1).await.unwrap().status, 200);
    ada.complete(completion(&hers, &bytes)).await.unwrap().unwrap();
    let copy = copied(&adder, "copy", &bytes).await;
    assert!(downloaded(&ada, copy.id).await.1 == bytes);
}

#[tokio::test]
async fn what_a_download_found_damaged_has_to_be_sent_again() {
    let server = TestServer::start().await.unwrap();
    let (ada, mallory) = (somebody(&server, "Ada").await, somebody(&server, "Mallory").await);
    let bytes = content(11, SIZE);
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    let copy = copied(&ada, "b.bin", &bytes).await;
    let damaged = json!({ "node": copy.id, "version": copy.content.unwrap().version });
    let report = async |api: &Api| api.post("/v1/downloads/damaged", &damaged).await.unwrap().status;
    assert_eq!(report(&mallory).await, 404);
    assert!(plan(&ada, claim("c.bin", &bytes)).await.challenge.is_some());
    assert_eq!(report(&ada).await, 204);
    assert_eq!(plan(&ada, claim("d.bin", &bytes)).await.challenge, None);
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    assert!(plan(&ada, claim("e.bin", &bytes)).await.challenge.is_some());
}

#[tokio::test]
async fn a_copy_counts_as_a_file_does() {
    let server = TestServer::with(&["--quota", "7MB"]).await.unwrap();
    let ada = somebody(&server, "Ada").await;
    let bytes = content(8, SIZE);
    ada.upload(None, "a.bin", &bytes).await.unwrap();
    copied(&ada, "b.bin", &bytes).await;
    let refused = ada.plan(claim("c.bin", &bytes)).await.unwrap().unwrap_err().0;
    assert_eq!(refused.code, ErrorCode::QuotaExceeded);
}

#[tokio::test]
async fn a_reference_is_good_for_one_file() {
    let (_server, ada) = ada().await;
    for bytes in [content(9, 100), content(9, 17 * MIB)] {
        let new = new_upload(None, "a.bin", &bytes).unwrap();
        let first = plan(&ada, new.clone()).await;
        let mut other = new_upload(None, "b.bin", &bytes).unwrap();
        other.client_ref = new.client_ref;
        let refused = ada.plan(other).await.unwrap().unwrap_err().0;
        assert_eq!((refused.status, refused.code), (409, ErrorCode::ReferenceTaken));
        let mut longer = new_upload(None, "a.bin", &content(9, bytes.len() + 1)).unwrap();
        longer.client_ref = new.client_ref;
        let refused = ada.plan(longer).await.unwrap().unwrap_err().0;
        assert_eq!((refused.status, refused.code), (409, ErrorCode::ReferenceTaken));
        assert_eq!(plan(&ada, new).await.id, first.id);
    }
    let empty = ada.post("/v1/uploads/prove", &json!({ "items": [] })).await.unwrap().value().unwrap();
    assert_eq!(empty, json!({ "items": [] }));
}
