//! Objects that come in parts.

use std::time::Duration;

use notespot_protocol::{ByteCount, Timestamp};

use super::client::{Client, Sent, content, part, sum_of, sum_of_parts};
use super::single::read;
use crate::{ObjectError, ObjectKey, ObjectRange, ObjectStore, StoredChecksum, StoredPart};

const VALID: Duration = Duration::from_mins(5);
/// S3's least size of a part that is not the last.
const PART: usize = 5 * 1024 * 1024;

async fn begin(store: &dyn ObjectStore, key: &ObjectKey) -> crate::Result<String> {
    store.create_multipart(key, store.checksum_algorithm().await?).await
}

async fn send(
    store: &dyn ObjectStore,
    key: &ObjectKey,
    id: &str,
    number: u32,
    announced: &[u8],
    sent: &[u8],
) -> Sent {
    let request = store.presign_part(key, id, &part(store, number, announced).await, VALID).await.unwrap();
    Client::new().send(&request, sent).await
}

/// What the store lists, with the checksums that whoever sent the parts knows.
async fn list(store: &dyn ObjectStore, key: &ObjectKey, id: &str, parts: &[&[u8]]) -> Vec<StoredPart> {
    let mut listed = store.list_parts(key, id).await.unwrap();
    for (at, bytes) in parts.iter().enumerate() {
        let sum = sum_of(store, bytes).await;
        assert_eq!(*listed[at].checksum.get_or_insert(sum), sum);
    }
    listed
}

async fn must_send(store: &dyn ObjectStore, key: &ObjectKey, id: &str, number: u32, bytes: &[u8]) {
    let sent = send(store, key, id, number, bytes, bytes).await;
    assert!(sent.status.is_success(), "{}: {}", sent.status, String::from_utf8_lossy(&sent.body));
}

/// Parts in any order make one object, whose checksum is that of the whole.
pub async fn parts_in_any_order_make_one_object(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(6, 2 * PART + 4321));
    let id = begin(store, &key).await.unwrap();
    let parts: Vec<&[u8]> = bytes.chunks(PART).collect();
    for number in [3, 1, 2] {
        must_send(store, &key, &id, number, parts[number as usize - 1]).await;
    }
    assert!(matches!(store.head(&key).await, Err(ObjectError::NotFound)), "nothing is visible before");
    let listed = list(store, &key, &id, &parts).await;
    assert_eq!(listed.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(listed[2].size, ByteCount(4321));
    let whole = sum_of_parts(store, &parts).await;
    store.complete_multipart(&key, &id, &listed, whole).await.unwrap();

    let info = store.head(&key).await.unwrap();
    let reported = Some(StoredChecksum::of_parts(whole, 3));
    assert_eq!((info.size, info.checksum), (ByteCount(bytes.len() as u64), reported));
    assert!(read(store, &key, None).await == bytes);
    let (first, last) = (PART as u64 - 10, 2 * PART as u64 + 10);
    let across = read(store, &key, Some(ObjectRange { first, last })).await;
    assert!(across == bytes[first as usize..=last as usize]);
    store.delete(&key).await.unwrap();
    assert!(matches!(store.head(&key).await, Err(ObjectError::NotFound)));
}

/// A part with wrong bytes is refused; the right one is taken afterwards.
pub async fn a_wrong_part_is_refused_and_the_right_one_taken(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(7, 1000));
    let id = begin(store, &key).await.unwrap();
    let refused = send(store, &key, &id, 1, &bytes, &content(8, 1000)).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert!(store.list_parts(&key, &id).await.unwrap().is_empty());
    must_send(store, &key, &id, 1, &bytes).await;
    let listed = list(store, &key, &id, &[&bytes]).await;
    store.complete_multipart(&key, &id, &listed, sum_of_parts(store, &[&bytes]).await).await.unwrap();
    assert!(read(store, &key, None).await == bytes);
}

/// A part that came twice, as after an answer that was lost, counts once.
pub async fn a_part_that_came_twice_counts_once(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(17, PART + 1000));
    let id = begin(store, &key).await.unwrap();
    for _ in 0..2 {
        must_send(store, &key, &id, 1, &bytes[..PART]).await;
    }
    must_send(store, &key, &id, 2, &bytes[PART..]).await;
    let parts = [&bytes[..PART], &bytes[PART..]];
    let listed = list(store, &key, &id, &parts).await;
    assert_eq!(listed.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2]);
    store.complete_multipart(&key, &id, &listed, sum_of_parts(store, &parts).await).await.unwrap();
    assert!(read(store, &key, None).await == bytes);
}

/// Of two parts with one number, the last counts.
pub async fn the_last_of_two_parts_with_one_number_counts(store: &dyn ObjectStore) {
    let (key, first, second) = (ObjectKey::generate(), content(9, 1000), content(10, 900));
    let id = begin(store, &key).await.unwrap();
    must_send(store, &key, &id, 1, &first).await;
    must_send(store, &key, &id, 1, &second).await;
    let listed = list(store, &key, &id, &[&second]).await;
    assert_eq!(listed.len(), 1);
    store.complete_multipart(&key, &id, &listed, sum_of_parts(store, &[&second]).await).await.unwrap();
    assert!(read(store, &key, None).await == second);
}

/// A checksum of the whole that is wrong is refused, and no object is there.
pub async fn a_checksum_of_the_whole_that_is_wrong_is_refused(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(11, 1000));
    let id = begin(store, &key).await.unwrap();
    must_send(store, &key, &id, 1, &bytes).await;
    let listed = list(store, &key, &id, &[&bytes]).await;
    let refused = store.complete_multipart(&key, &id, &listed, sum_of_parts(store, &[b"other"]).await).await;
    assert!(refused.is_err(), "a wrong checksum was accepted");
    assert!(matches!(store.head(&key).await, Err(ObjectError::NotFound)));
}

/// Parts that are not there cannot be joined.
pub async fn parts_that_are_not_there_cannot_be_joined(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(12, 1000));
    let id = begin(store, &key).await.unwrap();
    must_send(store, &key, &id, 1, &bytes).await;
    let mut listed = list(store, &key, &id, &[&bytes]).await;
    listed[0].number = 2;
    let refused = store.complete_multipart(&key, &id, &listed, sum_of_parts(store, &[&bytes]).await).await;
    assert!(matches!(refused, Err(ObjectError::BadPart)), "{refused:?}");
}

/// An upload that was given up is gone: its parts, and the right to send more.
pub async fn an_upload_that_was_given_up_is_gone(store: &dyn ObjectStore) {
    let (key, bytes) = (ObjectKey::generate(), content(13, 1000));
    let id = begin(store, &key).await.unwrap();
    must_send(store, &key, &id, 1, &bytes).await;
    store.abort_multipart(&key, &id).await.unwrap();
    store.abort_multipart(&key, &id).await.unwrap();
    assert!(matches!(store.list_parts(&key, &id).await, Err(ObjectError::NotFound)));
    let late = send(store, &key, &id, 1, &bytes, &bytes).await;
    assert_eq!(late.status, 404);
}

/// Open uploads are listed with the time at which they were begun; those that ended are not.
pub async fn open_uploads_are_listed_with_their_age(store: &dyn ObjectStore) {
    let before = Timestamp::now().minus(Duration::from_mins(1));
    let (mut begun, mut expected) = (Vec::new(), Vec::new());
    for ending in 0..4 {
        let (key, bytes) = (ObjectKey::generate(), content(14, 1000));
        begun.push(key.clone());
        let id = begin(store, &key).await.unwrap();
        must_send(store, &key, &id, 1, &bytes).await;
        match ending {
            0 => store.abort_multipart(&key, &id).await.unwrap(),
            1 => {
                let listed = list(store, &key, &id, &[&bytes]).await;
                store
                    .complete_multipart(&key, &id, &listed, sum_of_parts(store, &[&bytes]).await)
                    .await
                    .unwrap();
            }
            _ => expected.push((key, id)),
        }
    }
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = store.list_multiparts(from.as_ref()).await.unwrap();
        found.extend(page.uploads);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    expected.sort();
    // Others may be under way at the same store.
    found.retain(|open| begun.contains(&open.key));
    assert!(found.iter().all(|open| open.begun_at > before && open.begun_at <= Timestamp::now()));
    let mut found: Vec<_> = found.into_iter().map(|open| (open.key, open.multipart_id)).collect();
    found.sort();
    assert_eq!(found, expected);
    for (key, id) in expected {
        store.abort_multipart(&key, &id).await.unwrap();
    }
}

/// A part that comes while the parts are joined changes nothing: the object is of the parts that were named,
/// or there is none.
pub async fn a_part_that_comes_while_parts_are_joined_changes_nothing(store: &dyn ObjectStore) {
    let (first, late) = (content(15, 2000), content(16, 2000));
    let mut joined = 0;
    for round in 0..40_u64 {
        let key = ObjectKey::generate();
        let id = begin(store, &key).await.unwrap();
        must_send(store, &key, &id, 1, &first).await;
        let listed = list(store, &key, &id, &[&first]).await;
        let completing = async {
            tokio::time::sleep(Duration::from_micros(round * 150)).await;
            store.complete_multipart(&key, &id, &listed, sum_of_parts(store, &[&first]).await).await
        };
        let (completed, _) = tokio::join!(completing, send(store, &key, &id, 1, &late, &late));
        match completed {
            Ok(()) => {
                joined += 1;
                assert!(read(store, &key, None).await == first, "round {round}");
                let whole = StoredChecksum::of_parts(sum_of_parts(store, &[&first]).await, 1);
                assert_eq!(store.head(&key).await.unwrap().checksum, Some(whole));
            }
            Err(error) => {
                assert!(matches!(error, ObjectError::BadPart), "round {round}: {error}");
                store.abort_multipart(&key, &id).await.unwrap();
            }
        }
    }
    assert!(joined > 0, "every part came before");
}
