//! Stores that verify another checksum than CRC-64/NVME. The stand compares what is said of the whole.

use notespot_protocol::{ChecksumAlgorithm, ClientRef};
use notespot_testkit::content;
use notespot_transfer::{CancellationToken, Settings};

use super::control::{MIB, Stand};
use super::store::locked;
use super::uploads::cut_off;

async fn verifying(checksum: ChecksumAlgorithm) -> Stand {
    let mut stand = Stand::start().await;
    stand.checksum = checksum;
    stand.part_bytes = MIB;
    stand
}

const OTHERS: [ChecksumAlgorithm; 2] = [ChecksumAlgorithm::Crc32c, ChecksumAlgorithm::Sha256];

#[tokio::test]
async fn files_of_every_size_go_with_the_checksum_that_the_plan_names() {
    for checksum in OTHERS {
        let stand = verifying(checksum).await;
        // In memory, hashed before the plan and cut by it, and hashed as they are sent.
        for size in [0, 1, 700_001, MIB, MIB + 1, 4 * MIB, 5 * MIB + 1, 20 * MIB + 12_345] {
            let bytes = content(size as u64, size);
            stand.upload(&stand.file("file.bin", &bytes)).await.unwrap();
            assert!(stand.last() == bytes, "{size} bytes arrived as they were");
        }
        let puts = locked(&stand.store.log).puts;
        assert_eq!(puts, 1 + 1 + 1 + 1 + 2 + 4 + 6 + 21, "and none is sent twice");
    }
}

#[tokio::test]
async fn once_a_plan_has_named_it_a_small_file_takes_one_plan_and_one_put() {
    for checksum in OTHERS {
        let stand = verifying(checksum).await;
        for presigned in [1, 1, 1] {
            stand.upload(&stand.file("note.txt", &content(1, 30_000))).await.unwrap();
            assert_eq!(locked(&stand.calls).presigned, presigned, "the first one could not know it");
        }
        assert_eq!((locked(&stand.calls).plans, locked(&stand.store.log).puts), (3, 3));
    }
}

#[tokio::test]
async fn an_upload_that_goes_on_knows_again_what_the_store_holds() {
    for checksum in OTHERS {
        let mut stand = verifying(checksum).await;
        let bytes = content(21, 40 * MIB);
        let path = stand.file("large.bin", &bytes);
        let client_ref = ClientRef::generate();
        let arrived = cut_off(&stand, &path, client_ref).await;
        let before = locked(&stand.store.log).puts;
        // What a new plan would name does not matter to one that was made.
        stand.checksum = ChecksumAlgorithm::Crc64Nvme;
        stand.upload_as(&path, client_ref, &CancellationToken::new()).await.unwrap();
        assert!(stand.last() == bytes);
        // That many were on their way when it was cut off, and may have arrived since.
        let sent = locked(&stand.store.log).puts - before;
        assert!(sent <= 40 - arrived + Settings::default().parts_in_flight, "{sent} after {arrived}");
    }
}

#[tokio::test]
async fn what_was_hashed_to_no_avail_is_sent_with_the_checksums_that_are_known() {
    for checksum in OTHERS {
        let mut stand = verifying(checksum).await;
        stand.knows_content = true;
        for seed in [1, 2] {
            let bytes = content(seed, 6 * MIB);
            stand.upload(&stand.file("image.raw", &bytes)).await.unwrap();
            assert!(stand.last() == bytes);
        }
        assert_eq!(locked(&stand.store.log).puts, 12);
    }
}
