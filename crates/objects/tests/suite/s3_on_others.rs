//! S3's client, with servers that others wrote. Where one of them is no S3, the test says in what, and how much.

use std::sync::Arc;

use notespot_objects::ObjectStore;
use notespot_objects::conformance::{case_count, failures};
use notespot_objects::s3::check::{Outcome, Wanted, check};
use notespot_objects::s3::{S3Config, S3Store};
use notespot_protocol::ChecksumAlgorithm;
use notespot_testkit::{ACCESS_KEY, S3Server, SECRET_KEY};

/// A case that a server may fail, and why.
pub(crate) type Lack = (&'static str, &'static str);

/// `SeaweedFS` lists both parts, and their times are whole seconds: which one is joined is chance. Where it is the
/// first, the checksum of the whole tells.
pub(crate) const OF_SEAWEEDFS: [Lack; 1] = [(
    "the_last_of_two_parts_with_one_number_counts",
    "a part that was sent twice with other bytes is chance",
)];

#[tokio::test]
async fn seaweedfs_passes_the_suite_but_for_a_part_that_is_replaced() {
    let server = S3Server::seaweedfs().await.unwrap();
    passes_with_each_checksum("SeaweedFS", &server, &OF_SEAWEEDFS).await;
}

#[tokio::test]
async fn garage_passes_the_suite() {
    let server = S3Server::garage().await.unwrap();
    passes_with_each_checksum("Garage", &server, &[]).await;
}

/// A bucket of the reader's own, given as a server takes it (`NOTESPOT_TEST_S3=s3://bucket?…`), with the
/// credentials of AWS's chain. What the suite writes, it leaves there.
#[tokio::test]
async fn the_bucket_that_the_environment_names_passes_the_suite() {
    let Ok(bucket) = std::env::var("NOTESPOT_TEST_S3") else {
        return say("NOTESPOT_TEST_S3 names no bucket: 0 cases were run.");
    };
    let store = S3Store::open(&S3Config::parse(&bucket).unwrap()).await.unwrap();
    let http = reqwest::Client::new();
    let found = check(&store, &Wanted::default(), &http).await;
    for finding in &found {
        say(&format!("{}: {:?}", finding.of, finding.outcome));
    }
    passes("The bucket of NOTESPOT_TEST_S3", store, &[]).await;
    assert!(!found.iter().any(|one| matches!(one.outcome, Outcome::Wrong(_))), "{found:#?}");
}

/// The one that is found out, and those that would be used if the store knew no better.
async fn passes_with_each_checksum(name: &str, server: &S3Server, lacks: &[Lack]) {
    for checksum in [None, Some(ChecksumAlgorithm::Crc32c), Some(ChecksumAlgorithm::Sha256)] {
        let config = S3Config { checksum, ..S3Config::parse(&server.bucket()).unwrap() };
        let store = S3Store::with_credentials(&config, ACCESS_KEY, SECRET_KEY).await.unwrap();
        assert_eq!(
            store.checksum_algorithm().await.unwrap(),
            checksum.unwrap_or(ChecksumAlgorithm::Crc64Nvme)
        );
        passes(name, store, lacks).await;
    }
}

/// `lacks` are all that this store may fail.
pub(crate) async fn passes(name: &str, store: S3Store, lacks: &[Lack]) {
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    store.check().await.unwrap();
    let checksum = store.checksum_algorithm().await.unwrap().as_str();
    let failed = failures(&store).await;
    let (all, passed) = (case_count(), case_count() - failed.len());
    say(&format!("{name}, {checksum}: {passed} of {all} cases passed; it may fail {}.", lacks.len()));
    for (case, why) in lacks {
        let outcome = if failed.contains(case) { "failed" } else { "passed this time" };
        say(&format!("{name}, {checksum}: {case} {outcome}: {why}."));
    }
    let unknown: Vec<_> = failed.iter().filter(|case| !lacks.iter().any(|(lack, _)| lack == *case)).collect();
    assert!(unknown.is_empty(), "{name}: {} cases failed: {unknown:?}", unknown.len());
}

#[expect(clippy::print_stdout, reason = "nothing of what a server lacks is passed over in silence")]
fn say(line: &str) {
    println!("{line}");
}
