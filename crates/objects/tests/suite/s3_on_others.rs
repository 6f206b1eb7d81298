//! S3's client, with servers that others wrote. Where one of them is no S3, the test says in what.

use std::sync::Arc;

use notespot_objects::ObjectStore;
use notespot_objects::conformance::failures;
use notespot_objects::s3::{S3Config, S3Store};
use notespot_protocol::ChecksumAlgorithm;
use notespot_testkit::{ACCESS_KEY, S3Server, SECRET_KEY};

#[tokio::test]
async fn seaweedfs_passes_the_suite_but_for_a_part_that_is_replaced() {
    let server = S3Server::seaweedfs().await.unwrap();
    // Both are listed, and their times are whole seconds: which one is joined is chance. Where it is the
    // first, the checksum of the whole tells.
    passes_with_each_checksum(&server, &["the_last_of_two_parts_with_one_number_counts"]).await;
}

#[tokio::test]
async fn garage_passes_the_suite() {
    let server = S3Server::garage().await.unwrap();
    passes_with_each_checksum(&server, &[]).await;
}

/// A bucket of the reader's own, given as a server takes it (`NOTESPOT_TEST_S3=s3://bucket?…`), with the
/// credentials of the environment. What the suite writes, it leaves there.
#[tokio::test]
async fn the_bucket_that_the_environment_names_passes_the_suite() {
    let Ok(bucket) = std::env::var("NOTESPOT_TEST_S3") else { return };
    let store = S3Store::open(&S3Config::parse(&bucket).unwrap()).await.unwrap();
    passes(store, &[]).await;
}

/// The one that is found out, and those that would be used if the store knew no better.
async fn passes_with_each_checksum(server: &S3Server, lacks: &[&str]) {
    for checksum in [None, Some(ChecksumAlgorithm::Crc32c), Some(ChecksumAlgorithm::Sha256)] {
        let config = S3Config { checksum, ..S3Config::parse(&server.bucket()).unwrap() };
        let store = S3Store::with_credentials(&config, ACCESS_KEY, SECRET_KEY).unwrap();
        assert_eq!(
            store.checksum_algorithm().await.unwrap(),
            checksum.unwrap_or(ChecksumAlgorithm::Crc64Nvme)
        );
        passes(store, lacks).await;
    }
}

/// `lacks` are the cases that this store may fail.
async fn passes(store: S3Store, lacks: &[&str]) {
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    store.check().await.unwrap();
    let mut failed = failures(&store).await;
    failed.retain(|case| !lacks.contains(case));
    assert!(failed.is_empty(), "{} cases failed: {failed:?}", failed.len());
}
