//! Buckets that verify another checksum than CRC-64/NVME. The bucket is another server's object store.

use notespot_protocol::{Checksum, ChecksumAlgorithm, Crc64Nvme, ErrorCode, UploadStatus};
use notespot_testkit::{
    ACCESS_KEY, Api, SECRET_KEY, TestServer, checksum_of, completion, content, new_upload, part_of,
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
    let (endpoint, checksum) = (bucket.base_url(), checksum.as_str());
    let objects = format!(
        "s3://notespot-objects?region=notespot&endpoint={endpoint}&path_style=true&checksum={checksum}"
    );
    let server = TestServer::with(&["--objects", &objects]).await.unwrap();
    let ada = somebody(&server, "Ada Lovelace").await;
    (bucket, server, ada)
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
    assert_eq!(refusal(&refused), (400, ErrorCode::BadRequest));
}
