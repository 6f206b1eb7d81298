//! Objects that come in one request.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use notespot_protocol::{ByteCount, SecretUrl};

use super::client::{Client, content, part, sum_of};
use crate::{ObjectError, ObjectKey, ObjectRange, ObjectStore, StoredChecksum, checksums};

const VALID: Duration = Duration::from_mins(5);

async fn put(store: &dyn ObjectStore, key: &ObjectKey, bytes: &[u8]) {
    let request = store.presign_put(key, &part(store, 1, bytes).await, VALID).await.unwrap();
    let sent = Client::new().send(&request, bytes).await;
    assert!(sent.status.is_success(), "{}: {}", sent.status, String::from_utf8_lossy(&sent.body));
}

pub(super) async fn read(store: &dyn ObjectStore, key: &ObjectKey, range: Option<ObjectRange>) -> Vec<u8> {
    let stream = store.read(key, range).await.unwrap();
    stream.map_ok(|bytes| bytes.to_vec()).try_concat().await.unwrap()
}

async fn require_nothing(store: &dyn ObjectStore, key: &ObjectKey) {
    assert!(matches!(store.head(key).await, Err(ObjectError::NotFound)));
}

/// What was put is read back, by the server and by a presigned GET, and the store knows its length
/// and checksum.
pub async fn what_was_put_is_read_back(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(1, 700_001));
    put(store, &key, &bytes).await;
    let info = store.head(&key).await.unwrap();
    let reported = Some(StoredChecksum::of_bytes(sum_of(store, &bytes).await));
    assert_eq!((info.size, info.checksum), (ByteCount(700_001), reported));
    assert!(read(store, &key, None).await == bytes);
    let request = store.presign_get(&key, VALID).await.unwrap();
    assert!(Client::new().send(&request, b"").await.body == bytes);
}

/// Many objects are looked up at once: those of one group and those of none, and what is missing.
pub async fn many_objects_are_looked_up_at_once(store: &dyn ObjectStore) {
    let mut of_group = ObjectKey::generate_group();
    let mut keys: Vec<_> = std::iter::repeat_with(&mut of_group).take(7).collect();
    keys.push(ObjectKey::generate());
    for (length, key) in keys.iter().enumerate() {
        put(store, key, &vec![7; length]).await;
    }
    keys.insert(3, of_group());
    keys.insert(0, ObjectKey::generate());
    let found = store.head_many(&keys).await;
    let sizes: Vec<_> = found.iter().map(|one| one.as_ref().ok().map(|info| info.size.get())).collect();
    let expected = [None, Some(0), Some(1), Some(2), None, Some(3), Some(4), Some(5), Some(6), Some(7)];
    assert_eq!(sizes, expected);
    assert!(matches!(found[0], Err(ObjectError::NotFound)) && matches!(found[4], Err(ObjectError::NotFound)));
    assert!(store.head_many(&[]).await.is_empty());
}

/// An empty object is an object.
pub async fn an_empty_object_is_an_object(store: &dyn ObjectStore) {
    let key = ObjectKey::generate();
    put(store, &key, b"").await;
    assert_eq!(store.head(&key).await.unwrap().size, ByteCount(0));
    assert!(read(store, &key, None).await.is_empty());
}

/// Ranges are read exactly; one presigned GET serves all of them.
pub async fn ranges_are_read_exactly(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(2, 10_000));
    put(store, &key, &bytes).await;
    let request = store.presign_get(&key, VALID).await.unwrap();
    for (first, last) in [(0, 0), (0, 9999), (17, 4711), (9999, 9999)] {
        let wanted = &bytes[first as usize..=last as usize];
        assert!(read(store, &key, Some(ObjectRange { first, last })).await == wanted);
        let range = format!("bytes={first}-{last}");
        let sent = Client::new().send_with(&request, &[("range", &range)], b"").await;
        assert_eq!(sent.status, 206);
        assert!(sent.body == wanted, "{range}");
    }
    let beyond = store.read(&key, Some(ObjectRange { first: 10_000, last: 10_001 })).await;
    assert!(matches!(beyond, Err(ObjectError::BadRange)));
}

/// Other bytes than announced, or more, or fewer, are refused and leave nothing.
pub async fn other_bytes_than_announced_are_refused_and_leave_nothing(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(3, 5000));
    let request = store.presign_put(&key, &part(store, 1, &bytes).await, VALID).await.unwrap();
    let mut flipped = bytes.clone();
    flipped[2500] ^= 1;
    let sent = Client::new().send(&request, &flipped).await;
    assert!(sent.status.is_client_error(), "{}", sent.status);
    require_nothing(store, &key).await;
}

/// A presigned request is good for its key, its method and its checksum, and nothing else.
pub async fn a_request_is_good_for_what_it_was_signed_for_and_nothing_else(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(4, 100));
    let request = store.presign_put(&key, &part(store, 1, &bytes).await, VALID).await.unwrap();
    let client = Client::new();

    let mut other_key = request.clone();
    other_key.url =
        SecretUrl::new(request.url.expose().replace(key.as_str(), ObjectKey::generate().as_str()));
    assert_eq!(client.send(&other_key, &bytes).await.status, 403);

    let mut tampered = request.clone();
    tampered.url = SecretUrl::new(request.url.expose().replace("X-Amz-Expires=300", "X-Amz-Expires=301"));
    assert_eq!(client.send(&tampered, &bytes).await.status, 403);

    let mut other_method = store.presign_get(&key, VALID).await.unwrap();
    "DELETE".clone_into(&mut other_method.method);
    assert_eq!(client.send(&other_method, b"").await.status, 403);

    let mut other_bytes = request.clone();
    let other = sum_of(store, b"other").await;
    other_bytes.headers.insert(checksums::header(other.algorithm()).to_owned(), other.to_base64());
    assert_eq!(client.send(&other_bytes, &bytes).await.status, 403);
    require_nothing(store, &key).await;
}

/// A presigned request ends.
pub async fn a_request_ends(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(5, 100));
    let request =
        store.presign_put(&key, &part(store, 1, &bytes).await, Duration::from_secs(1)).await.unwrap();
    // The clock is the store's: there is nothing else to wait for.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(Client::new().send(&request, &bytes).await.status.is_client_error());
    require_nothing(store, &key).await;
}

/// Deleting what is gone changes nothing.
pub async fn deleting_what_is_gone_changes_nothing(store: &dyn ObjectStore) {
    let key = ObjectKey::generate();
    put(store, &key, b"bytes").await;
    store.delete(&key).await.unwrap();
    require_nothing(store, &key).await;
    store.delete(&key).await.unwrap();
}
