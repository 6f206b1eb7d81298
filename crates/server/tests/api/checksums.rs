//! Buckets that verify another checksum than CRC-64/NVME. The bucket is another server's object store.

use notespot_protocol::{
    Batch, BatchItem, Checksum, ChecksumAlgorithm, Crc64Nvme, ErrorCode, Node, UploadPlan, UploadStatus,
};
use notespot_testkit::{
    ACCESS_KEY, Api, S3Server, SECRET_KEY, TestServer, checksum_of, completion, content, new_upload, part_of,
};
use serde_json::json;

use super::nodes::names;
use super::uploads::downloaded;
use super::{refusal, somebody};

const MIB: usize = 1024 * 1024;

/// A server whose bucket is told to verify this, and Ada; the other server has the bucket.
async fn ada_with(checksum: ChecksumAlgorithm) -> (TestServer, TestServer, Api) {
    let mut bucket = TestServer::start().await.unwrap();
    bucket.stop().await.unwrap();
    let credentials = bucket.data_dir().join("objects").join("credentials.json");
    // What every server under test finds in its environment.
    let pair = json!({ "key": ACCESS_KEY, "secret": SECRET_KEY });
    std::fs::write(credentials, pair.to_string()).unwrap();
    bucket.start_again().await.unwrap();
    let objects = format!("{}&checksum={}", bucket_of(&bucket), checksum.as_str());
    let server = TestServer::with(&["--objects", &objects]).await.unwrap();
    let ada = somebody(&server, "Ada Lovelace").await;
    (bucket, server, ada)
}

/// The bucket of this server, as `--objects` of another one takes it.
fn bucket_of(server: &TestServer) -> String {
    let endpoint = server.base_url();
    format!("s3://notespot-objects?region=notespot&endpoint={endpoint}&path_style=true")
}

const OTHERS: [ChecksumAlgorithm; 2] = [ChecksumAlgorithm::Crc32c, ChecksumAlgorithm::Sha256];

#[tokio::test]
async fn files_go_up_with_the_checksum_of_the_bucket_and_come_down() {
    for checksum in OTHERS {
        let (_bucket, _server, ada) = ada_with(checksum).await;
        for (name, size) in [("empty", 0), ("small", 3000), ("large", 17 * MIB)] {
            let bytes = content(1, size);
            let plan = ada.plan(new_upload(None, name, &bytes).unwrap()).await.unwrap().unwrap();
            assert_eq!(plan.checksum, checksum);
            let mut sent = Vec::new();
            for number in 1..=plan.part_count {
                sent.push(part_of(&plan, &bytes, number).0);
                assert_eq!(ada.send_part(&plan, &bytes, number).await.unwrap().status, 200);
            }
            let status: UploadStatus =
                ada.get(&format!("/v1/uploads/{}", plan.id)).await.unwrap().json().unwrap();
            assert_eq!(status.arrived, sent, "they need not be sent again");
            let node = ada.complete(completion(&plan, &bytes)).await.unwrap().unwrap();
            assert!(downloaded(&ada, node.id).await.1 == bytes);
        }
    }
}

#[tokio::test]
async fn a_wrong_checksum_of_the_whole_publishes_nothing() {
    for checksum in OTHERS {
        let (_bucket, _server, ada) = ada_with(checksum).await;
        for size in [3000, 17 * MIB] {
            let bytes = content(2, size);
            let plan = ada.plan(new_upload(None, "a.bin", &bytes).unwrap()).await.unwrap().unwrap();
            for number in 1..=plan.part_count {
                ada.send_part(&plan, &bytes, number).await.unwrap();
            }
            let of_another_kind = vec![Checksum::Crc64Nvme(Crc64Nvme(7)); plan.part_count as usize];
            for missing in [Vec::new(), of_another_kind] {
                let mut said = completion(&plan, &bytes);
                said.parts = missing;
                let refused = ada.complete(said).await.unwrap().unwrap_err().0;
                assert_eq!((refused.status, refused.code), (400, ErrorCode::BadRequest));
            }
            let mut wrong = completion(&plan, &bytes);
            wrong.parts[0] = checksum_of(checksum, b"other");
            let refused = ada.complete(wrong).await.unwrap().unwrap_err().0;
            assert_eq!((refused.status, refused.code), (422, ErrorCode::ChecksumMismatch));
        }
        assert_eq!(names(&ada, "").await, Vec::<String>::new());
    }
}

/// Many objects are looked up by one listing where the bucket refuses what is wrong. It was asked about today's
/// checksum: what began with another one is looked at by itself.
#[tokio::test]
async fn uploads_that_began_with_another_checksum_are_compared_with_what_is_there() {
    // The embedded store's endpoint answers no listing.
    let bucket = S3Server::garage().await.unwrap();
    let before = format!("{}&checksum=crc32c", bucket.bucket());
    let mut server = TestServer::with(&["--objects", &before]).await.unwrap();
    let ada = somebody(&server, "Ada Lovelace").await;
    let contents: [_; 6] = std::array::from_fn(|seed| content(seed as u64, 3000));
    let new = |number: usize| new_upload(None, &format!("{number}.bin"), &contents[number]).unwrap();
    // In one call: their keys begin alike.
    let items = (0..contents.len()).map(new).collect();
    let planned: Batch<BatchItem<UploadPlan>> =
        ada.post("/v1/uploads", &Batch { items }).await.unwrap().json().unwrap();
    let plans: Vec<_> = planned.items.into_iter().map(|item| item.into_result().unwrap()).collect();
    for (plan, bytes) in plans.iter().zip(&contents) {
        assert_eq!(ada.send_part(plan, bytes, 1).await.unwrap().status, 200);
    }
    server.stop().await.unwrap();
    server.start_again_with(&["--objects", &bucket.bucket()]).await.unwrap();
    let mut items: Vec<_> =
        plans.iter().zip(&contents).map(|(plan, bytes)| completion(plan, bytes)).collect();
    items[4].parts = completion(&plans[4], &content(99, 3000)).parts;
    let completed: Batch<BatchItem<Node>> =
        ada.post("/v1/uploads/complete", &Batch { items }).await.unwrap().json().unwrap();
    for (number, item) in completed.items.into_iter().enumerate() {
        match (number, item.into_result()) {
            (4, outcome) => assert_eq!(outcome.unwrap_err().code, ErrorCode::ChecksumMismatch),
            (_, outcome) => assert!(outcome.is_ok(), "{number}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn a_part_with_a_checksum_that_the_plan_does_not_name_gets_no_request() {
    let (_bucket, _server, ada) = ada_with(ChecksumAlgorithm::Crc32c).await;
    let bytes = content(3, 3000);
    let mut new = new_upload(None, "a.bin", &bytes).unwrap();
    let plan = ada.plan(new.clone()).await.unwrap().unwrap();
    let (fitting, _) = part_of(&plan, &bytes, 1);
    let mut other = fitting;
    other.checksum = checksum_of(ChecksumAlgorithm::Crc64Nvme, &bytes);
    for (part, requests) in [(other, 0), (fitting, 1)] {
        new.parts = vec![part];
        assert_eq!(ada.plan(new.clone()).await.unwrap().unwrap().requests.len(), requests);
    }
    let path = format!("/v1/uploads/{}/parts", plan.id);
    let refused = ada.post(&path, &json!({ "parts": [other] })).await.unwrap();
    assert_eq!(refusal(&refused), (422, ErrorCode::BadRequest));
}
