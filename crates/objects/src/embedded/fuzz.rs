//! What the embedded store reads: names from requests, and files that a disk has damaged.

use notespot_protocol::{Checksum, Crc32c, Crc64Nvme, Sha256};
use notespot_testkit::{Damage, cases, damaged, damaged_text};
use proptest::prelude::*;

use super::multipart::UploadId;
use super::sealed::{self, Seal, SealedPart};
use crate::ObjectKey;
use crate::s3::S3Config;

const KEY: &str = "[0-9a-f]{32}";
const MULTIPART: &str = "[0-9a-f]{32}-[0-9a-f]{16}";

/// A seal as this store writes it, with its data before it.
fn sealed_file() -> impl Strategy<Value = (Vec<u8>, Seal)> {
    let data = prop::collection::vec(any::<u8>(), 0..40);
    let other = prop_oneof![
        Just(None),
        any::<u32>().prop_map(|crc| Some(Checksum::Crc32c(Crc32c(crc)))),
        any::<[u8; 32]>().prop_map(|hash| Some(Checksum::Sha256(Sha256::from_bytes(hash)))),
    ];
    let parts = prop::collection::vec(0..1_u64 << 40, 0..4);
    (data, any::<u64>(), other, MULTIPART, parts).prop_map(|(data, crc, other, upload, sizes)| {
        let crc64nvme = Crc64Nvme(crc);
        if sizes.is_empty() {
            let seal = Seal { size: data.len() as u64, crc64nvme, other, upload: None, parts: Vec::new() };
            return (data, seal);
        }
        let size = sizes.iter().sum();
        let parts = (1..).zip(sizes).map(|(number, size)| SealedPart(number, size)).collect();
        (Vec::new(), Seal { size, crc64nvme, other, upload: Some(upload), parts })
    })
}

/// What is read of a file with these bytes.
fn looked_at(bytes: &[u8]) -> Option<Seal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    sealed::look(&path).unwrap()
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_key_is_a_safe_file_name(text in damaged_text(KEY)) {
        let is_key = text.len() == 32 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
        let read = ObjectKey::parse(&text);
        prop_assert_eq!(read.is_ok(), is_key);
        prop_assert!(read.is_err() || read.is_ok_and(|key| key.as_str() == text));
    }

    #[test]
    fn a_multipart_id_is_a_safe_file_name_of_one_key(text in damaged_text(MULTIPART), key in KEY) {
        let key = ObjectKey::parse(&key).unwrap();
        if let Ok(id) = UploadId::from_folder(&text) {
            prop_assert_eq!(id.as_str(), &text);
            prop_assert!(text.len() == 49 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'));
            prop_assert!(UploadId::parse(id.key(), &text).is_ok());
            prop_assert_eq!(UploadId::parse(&key, &text).is_ok(), key == *id.key());
        }
    }

    #[test]
    fn a_damaged_file_never_gives_out_more_than_its_data((data, seal) in sealed_file(), damages in prop::collection::vec(Damage::any(), 1..3)) {
        let mut bytes = [data.clone(), seal.to_bytes().unwrap()].concat();
        prop_assert_eq!(looked_at(&bytes), Some(seal));
        for damage in &damages {
            damage.befall(&mut bytes);
        }
        let Some(read) = looked_at(&bytes) else { return Ok(()) };
        // Its data ends where its own record begins.
        let data_bytes = if read.parts.is_empty() { read.size } else { 0 };
        let record = &bytes[usize::try_from(data_bytes).unwrap()..bytes.len() - 12];
        prop_assert_eq!(serde_json::from_slice::<Seal>(record).unwrap(), read.clone());
        let sum: u128 = read.parts.iter().map(|SealedPart(_, size)| u128::from(*size)).sum();
        prop_assert!(read.parts.is_empty() || sum == u128::from(read.size));
    }

    #[test]
    fn damaged_credentials_are_an_error_and_stay(json in damaged(Just(br#"{"key":"NSP0123456789ABCDEF","secret":"00ff"}"#.to_vec()))) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        std::fs::write(&path, &json).unwrap();
        let read = super::credentials::read_or_make(&path);
        prop_assert!(read.is_err() || serde_json::from_slice::<serde_json::Value>(&json).is_ok());
        prop_assert_eq!(std::fs::read(&path).unwrap(), json);
    }

    #[test]
    fn a_bucket_s_address_is_read_or_refused_in_sentences(text in damaged_text(Just(
        "s3://bucket?region=eu-central-1&endpoint=https://s3.example.org&public_endpoint=http://h:9000&path_style=true&checksum=sha256".to_owned()
    ))) {
        match S3Config::parse(&text) {
            Ok(config) => prop_assert!(!config.bucket.is_empty() && config.endpoint.is_none_or(|url| url.has_host())),
            Err(wrong) => prop_assert!(!wrong.0.is_empty() && wrong.to_string().contains("expected") || wrong.to_string().contains("known")),
        }
    }
}
