//! What the disk of the embedded store damages after a part has arrived, and before parts are joined.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use notespot_objects::conformance::Client;
use notespot_objects::embedded::EmbeddedStore;
use notespot_objects::{ObjectError, ObjectKey, ObjectStore as _, over_parts};
use notespot_protocol::{ByteCount, Checksum, ChecksumAlgorithm, PartToSend};
use notespot_testkit::checksum_of;
use tempfile::TempDir;

use crate::embedded::serve;

const VALID: Duration = Duration::from_mins(5);
const PARTS: [&[u8]; 2] = [b"the first part", b"and the second"];

/// An upload of two parts, both of which have arrived.
struct Upload {
    folder: TempDir,
    store: EmbeddedStore,
    checksum: ChecksumAlgorithm,
    key: ObjectKey,
    id: String,
}

impl Upload {
    async fn start(checksum: ChecksumAlgorithm) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = serve(folder.path()).await;
        let key = ObjectKey::generate();
        let id = store.create_multipart(&key, checksum).await.unwrap();
        let upload = Self { folder, store, checksum, key, id };
        for number in [1, 2] {
            upload.send(number).await;
        }
        upload
    }

    async fn send(&self, number: u32) {
        let bytes = PARTS[number as usize - 1];
        let checksum = checksum_of(self.checksum, bytes);
        let part = PartToSend { number, size: ByteCount(bytes.len() as u64), checksum };
        let request = self.store.presign_part(&self.key, &self.id, &part, VALID).await.unwrap();
        assert_eq!(Client::new().send(&request, bytes).await.status, 200);
    }

    /// Where a part lies (`embedded/layout.rs`).
    fn file(&self, number: u32) -> PathBuf {
        self.folder.path().join("parts").join(&self.id).join(format!("{number:05}"))
    }

    async fn arrived(&self) -> Vec<u32> {
        let listed = self.store.list_parts(&self.key, &self.id).await.unwrap();
        listed.iter().map(|part| part.number).collect()
    }

    /// As the server does: all that is listed, if that is all.
    async fn join(&self) -> Result<(), ObjectError> {
        let listed = self.store.list_parts(&self.key, &self.id).await.unwrap();
        if listed.len() < PARTS.len() {
            return Err(ObjectError::BadPart);
        }
        self.store.complete_multipart(&self.key, &self.id, &listed, self.whole()).await
    }

    fn whole(&self) -> Checksum {
        let sums = PARTS.iter().map(|part| Some(checksum_of(self.checksum, part)));
        over_parts(self.checksum, sums).unwrap_or_else(|| checksum_of(self.checksum, &PARTS.concat()))
    }

    async fn read(&self) -> Vec<u8> {
        let bytes = self.store.read(&self.key, None).await.unwrap();
        bytes.map_ok(Vec::from).try_concat().await.unwrap()
    }
}

#[tokio::test]
async fn a_part_that_is_damaged_anywhere_is_not_joined_and_is_taken_again() {
    for checksum in ChecksumAlgorithm::ALL {
        let upload = Upload::start(checksum).await;
        let file = upload.file(1);
        let whole = fs::read(&file).unwrap();
        // Under another name this field is none: what it should have been is then missing in the whole.
        let name = whole.windows(7).position(|window| window == b"\"other\"").unwrap_or(whole.len());
        let places = (0..whole.len()).filter(|at| !(name + 1..name + 6).contains(at));
        let turned = places.map(|at| {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            damaged
        });
        let cut = [whole[1..].to_vec(), whole[..whole.len() - 1].to_vec(), Vec::new()];
        for damaged in turned.chain(cut) {
            fs::write(&file, &damaged).unwrap();
            let refused = upload.join().await;
            let damaged = String::from_utf8_lossy(&damaged);
            assert!(matches!(refused, Err(ObjectError::BadPart)), "{refused:?}: {damaged}");
            assert!(matches!(upload.store.head(&upload.key).await, Err(ObjectError::NotFound)));
            assert_eq!(upload.arrived().await, [2], "{damaged}");
            upload.send(1).await;
        }
        upload.join().await.unwrap();
        assert_eq!(upload.read().await, PARTS.concat());
    }
}

#[tokio::test]
async fn all_damaged_parts_are_found_together() {
    let upload = Upload::start(ChecksumAlgorithm::Crc64Nvme).await;
    for number in [1, 2] {
        let mut damaged = fs::read(upload.file(number)).unwrap();
        damaged[3] ^= 0x80;
        fs::write(upload.file(number), damaged).unwrap();
    }
    assert!(matches!(upload.join().await, Err(ObjectError::BadPart)));
    assert_eq!(upload.arrived().await, Vec::<u32>::new());
}

#[tokio::test]
async fn parts_that_are_joined_by_many_calls_at_once_are_joined_by_one() {
    let upload = Upload::start(ChecksumAlgorithm::Crc64Nvme).await;
    let listed = upload.store.list_parts(&upload.key, &upload.id).await.unwrap();
    let join = || upload.store.complete_multipart(&upload.key, &upload.id, &listed, upload.whole());
    let ended = futures_util::future::join_all((0..20).map(|_| join())).await;
    assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 1);
    let others = |ended: &&Result<(), ObjectError>| matches!(ended, Err(ObjectError::NotFound));
    assert_eq!(ended.iter().filter(others).count(), 19, "{ended:?}");
    assert_eq!(upload.read().await, PARTS.concat());
}
