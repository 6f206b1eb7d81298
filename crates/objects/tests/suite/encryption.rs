//! Encryption that is asked for: said with each object, signed along, and done by a server that others wrote.

use std::time::Duration;

use notespot_objects::conformance::Client;
use notespot_objects::s3::check::{Outcome, Wanted, check};
use notespot_objects::s3::{Encryption, S3Config, S3Store};
use notespot_objects::{ObjectKey, ObjectStore};
use notespot_protocol::{ByteCount, Crc64Nvme, PartToSend};
use notespot_testkit::{ACCESS_KEY, S3Server, SECRET_KEY};

use crate::bucket_check::is_empty;
use crate::s3_on_others::{OF_SEAWEEDFS, passes};

const VALID: Duration = Duration::from_mins(5);
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn part(bytes: &[u8]) -> PartToSend {
    let crc = Crc64Nvme(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, bytes));
    PartToSend { number: 1, size: ByteCount(bytes.len() as u64), checksum: crc.into() }
}

#[tokio::test]
async fn a_presigned_put_says_how_to_encrypt_and_a_part_does_not() {
    for (query, expected) in [
        ("", vec![]),
        ("&encryption=aes256", vec!["AES256"]),
        ("&encryption=aws:kms", vec!["aws:kms"]),
        (&format!("&encryption=aws:kms&kms_key={KEY}"), vec!["aws:kms", KEY]),
    ] {
        let config = S3Config::parse(&format!("s3://files?region=eu-central-1{query}")).unwrap();
        let store = S3Store::with_credentials(&config, ACCESS_KEY, SECRET_KEY).await.unwrap();
        let key = ObjectKey::generate();
        let put = store.presign_put(&key, &part(b"bytes"), VALID).await.unwrap();
        let named: Vec<_> = put.headers.iter().filter(|(name, _)| name.contains("encryption")).collect();
        assert_eq!(named.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), expected);
        for (name, _) in named {
            let signed = put.url.expose().split("X-Amz-SignedHeaders=").nth(1).unwrap();
            assert!(signed.contains(name.as_str()), "{name} is not signed");
        }
        let sent = store.presign_part(&key, "upload", &part(b"bytes"), VALID).await.unwrap();
        let get = store.presign_get(&key, VALID).await.unwrap();
        for other in [sent, get] {
            assert!(!other.headers.keys().any(|name| name.contains("encryption")), "S3 refuses it there");
        }
    }
}

#[tokio::test]
async fn a_server_that_others_wrote_encrypts_as_it_is_told() {
    let server = S3Server::seaweedfs().await.unwrap();
    for encryption in [Encryption::Aes256, Encryption::Kms { key: Some("of-notespot".to_owned()) }] {
        let config =
            S3Config { encryption: Some(encryption.clone()), ..S3Config::parse(&server.bucket()).unwrap() };
        let store = S3Store::with_credentials(&config, ACCESS_KEY, SECRET_KEY).await.unwrap();
        let (key, client) = (ObjectKey::generate(), Client::new());
        let put = store.presign_put(&key, &part(b"bytes"), VALID).await.unwrap();
        let mut without = put.clone();
        without.headers.remove("x-amz-server-side-encryption");
        assert_eq!(client.send(&without, b"bytes").await.status, 403, "{encryption:?}");
        let sent = client.send(&put, b"bytes").await;
        assert!(sent.status.is_success(), "{encryption:?}: {}", String::from_utf8_lossy(&sent.body));
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let found = check(&store, &Wanted::default(), &http).await;
        let said = found.iter().find(|finding| finding.of == "encryption").unwrap();
        assert!(matches!(said.outcome, Outcome::Fine(_)), "{found:#?}");
        assert!(!found.iter().any(|one| matches!(one.outcome, Outcome::Wrong(_))), "{found:#?}");
        if encryption != Encryption::Aes256 {
            passes("SeaweedFS, SSE-KMS", store, &OF_SEAWEEDFS).await;
        }
    }
}

#[tokio::test]
async fn encryption_that_is_not_done_is_found() {
    let server = S3Server::garage().await.unwrap();
    let config =
        S3Config { encryption: Some(Encryption::Aes256), ..S3Config::parse(&server.bucket()).unwrap() };
    let store = S3Store::with_credentials(&config, ACCESS_KEY, SECRET_KEY).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let found = check(&store, &Wanted::default(), &http).await;
    let wrong: Vec<_> = found.iter().filter(|one| matches!(one.outcome, Outcome::Wrong(_))).collect();
    assert_eq!(wrong.iter().map(|one| one.of).collect::<Vec<_>>(), ["encryption", "multipart"], "{found:#?}");
    is_empty(&config).await;
}
