//! Uploads.

use std::collections::HashMap;

use futures_util::future::join;
use notespot_protocol::{
    Checksum, ChecksumAlgorithm, Crc64Nvme, Node, NodeId, OnConflict, Sha256, Timestamp, UploadId,
    UploadState,
};

use super::{QUOTA, begin, destination, file, folder, publish, user, wanted};
use crate::uploads::{Destination, Sent, Wanted};
use crate::{MetadataError, MetadataStore};

/// The same upload, planned twice and published twice at once, is one file.
pub async fn the_same_upload_twice_is_one_file(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let wanted = wanted(None, "a.txt", 100);
    let (first, second) = join(begin(store, &ada, &wanted), begin(store, &ada, &wanted)).await;
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first, second, "both see the destination of the first");
    let hash = Sha256::from_bytes([1; 32]);
    let publishing = || store.publish_upload(&ada, first.id, hash);
    let (one, two) = join(publishing(), publishing()).await;
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 100);
    assert!(matches!(store.abort_upload(&ada, first.id).await, Err(MetadataError::UploadEnded)));
}

/// An upload beyond the quota is refused; what is on its way counts.
pub async fn an_upload_beyond_the_quota_is_refused(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let most = QUOTA.get();
    let open = begin(store, &ada, &wanted(None, "a", most - 10)).await.unwrap();
    let refused = begin(store, &ada, &wanted(None, "b", 11)).await;
    assert!(matches!(refused, Err(MetadataError::QuotaExceeded)));
    store.abort_upload(&ada, open.id).await.unwrap();
    publish(store, &ada, &wanted(None, "b", most)).await.unwrap();
}

/// An upload whose folder is gone by the time it is published lands at the top: content that arrived is
/// never lost.
pub async fn an_upload_whose_folder_is_gone_lands_at_the_top(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    let upload = begin(store, &ada, &wanted(Some(place.id), "a.txt", 100)).await.unwrap();
    store.trash_node(&ada, place.id, None).await.unwrap();
    let node = store.publish_upload(&ada, upload.id, Sha256::from_bytes([1; 32])).await.unwrap();
    assert_eq!(node.parent, None);
}

/// An upload that was given up leaves an orphan, and cannot be published.
pub async fn an_upload_that_was_given_up_leaves_an_orphan(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let upload = begin(store, &ada, &wanted(None, "a.txt", 100)).await.unwrap();
    let later = Timestamp::from_millis(upload.created_at.as_millis() + 1);
    assert_eq!(store.stale_uploads(later, 10).await.unwrap().len(), 1);
    assert!(store.stale_uploads(upload.created_at, 10).await.unwrap().is_empty());
    for _ in 0..2 {
        assert_eq!(store.abort_upload(&ada, upload.id).await.unwrap().state, UploadState::Aborted);
    }
    let refused = store.publish_upload(&ada, upload.id, Sha256::from_bytes([1; 32])).await;
    assert!(matches!(refused, Err(MetadataError::UploadEnded)));
    let [orphan] = &*store.orphans(Timestamp::now(), 10).await.unwrap() else { panic!() };
    assert_eq!(orphan.object_key, upload.destination.object_key);
    // The object store would not remove it.
    let until = Timestamp::from_millis(Timestamp::now().as_millis() + 60_000);
    store.put_orphan_off(until, &orphan.object_key).await.unwrap();
    assert!(store.orphans(Timestamp::now(), 10).await.unwrap().is_empty());
    assert_eq!(store.orphans(until, 10).await.unwrap(), std::slice::from_ref(orphan));
}

/// Uploads that have ended are forgotten after their time, and no others; what they became stays, and their references
/// are free again.
pub async fn uploads_that_have_ended_are_forgotten(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let [open, published, aborted] = ["a.txt", "b.txt", "c.txt"].map(|name| wanted(None, name, 100));
    let still_open = begin(store, &ada, &open).await.unwrap();
    let node = publish(store, &ada, &published).await.unwrap();
    let given_up = begin(store, &ada, &aborted).await.unwrap();
    store.abort_upload(&ada, given_up.id).await.unwrap();

    let first = store.upload_by_ref(&ada, published.client_ref).await.unwrap().unwrap();
    assert_eq!(store.forget_uploads(first.created_at.min(still_open.created_at)).await.unwrap(), 0);
    let later = Timestamp::from_millis(given_up.created_at.as_millis() + 1);
    assert_eq!(store.forget_uploads(later).await.unwrap(), 2);
    assert_eq!(store.forget_uploads(later).await.unwrap(), 0);

    assert_eq!(store.upload(&ada, still_open.id).await.unwrap().state, UploadState::Open);
    for gone in [first.id, given_up.id] {
        assert!(matches!(store.upload(&ada, gone).await, Err(MetadataError::NotFound)));
    }
    assert_eq!(store.node(&ada, node.id).await.unwrap(), node);
    assert_ne!(begin(store, &ada, &aborted).await.unwrap().id, given_up.id);
}

/// An upload keeps the checksum that it began with, also when it is planned again by a server that would
/// choose another one.
pub async fn an_upload_keeps_the_checksum_that_it_began_with(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    for (checksum, other) in [
        (ChecksumAlgorithm::Crc64Nvme, ChecksumAlgorithm::Crc32c),
        (ChecksumAlgorithm::Crc32c, ChecksumAlgorithm::Sha256),
        (ChecksumAlgorithm::Sha256, ChecksumAlgorithm::Crc64Nvme),
    ] {
        let wanted = wanted(None, checksum.as_str(), 100);
        let begun = store.begin_upload(&ada, &wanted, &Destination { checksum, ..destination() }).await;
        let begun = begun.unwrap();
        let again = Destination { checksum: other, ..destination() };
        assert_eq!(store.begin_upload(&ada, &wanted, &again).await.unwrap(), begun);
        assert_eq!(store.upload(&ada, begun.id).await.unwrap().destination.checksum, checksum);
    }
}

/// Which keys open uploads go to is known, of all owners; what has ended goes nowhere.
pub async fn destinations_of_open_uploads_are_known(store: &dyn MetadataStore) {
    let (ada, grace) = (user(store, "ada").await, user(store, "grace").await);
    let mut open = Vec::new();
    for owner in [&ada, &grace] {
        open.push(begin(store, owner, &wanted(None, "a.txt", 1)).await.unwrap().destination.object_key);
    }
    let aborted = begin(store, &ada, &wanted(None, "b.txt", 1)).await.unwrap();
    store.abort_upload(&ada, aborted.id).await.unwrap();
    let published = begin(store, &ada, &wanted(None, "c.txt", 1)).await.unwrap();
    store.publish_upload(&ada, published.id, Sha256::from_bytes([1; 32])).await.unwrap();
    let ended = [aborted, published].map(|upload| upload.destination.object_key);
    let asked: Vec<_> = open.iter().chain(&ended).cloned().chain(["nobody's".to_owned()]).collect();
    let mut known = store.open_destinations(&asked).await.unwrap();
    known.sort();
    open.sort();
    assert_eq!(known, open);
}

/// In a batch each succeeds or fails alone, and the answers are in the order of the questions.
pub async fn in_a_batch_each_succeeds_or_fails_alone(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    let taken = file(store, &ada, Some(place.id), "taken").await;
    let planned = [
        (wanted(Some(place.id), "one", 100), destination()),
        (wanted(Some(NodeId::generate()), "nowhere", 100), destination()),
        (Wanted { on_conflict: OnConflict::Fail, ..wanted(Some(place.id), "taken", 100) }, destination()),
        (Wanted { on_conflict: OnConflict::Replace, ..wanted(Some(place.id), "taken", 7) }, destination()),
        (wanted(Some(place.id), "one", 100), destination()),
    ];
    let begun = store.begin_uploads(&ada, &planned).await.unwrap();
    assert!(matches!(begun[1], Err(MetadataError::NoSuchParent)));
    let hash = Sha256::from_bytes([3; 32]);
    let sent = |id| Sent { id, sha256: hash, is_vouched: true };
    let mut arrived: Vec<_> = begun.iter().flatten().map(|upload| sent(upload.id)).collect();
    arrived.insert(1, sent(UploadId::generate()));
    let before = store.user(&ada).await.unwrap();
    let published = store.publish_uploads(&ada, &arrived).await.unwrap();
    let name = |at: usize| published[at].as_ref().unwrap().name.as_str();
    assert_eq!((name(0), name(4)), ("one", "one (2)"), "the second sees the first");
    assert!(matches!(published[1], Err(MetadataError::NotFound)));
    assert!(matches!(published[2], Err(MetadataError::NameTaken { by }) if by == taken.id));
    let replaced = published[3].as_ref().unwrap();
    assert_eq!((replaced.id, replaced.content.as_ref().unwrap().size.get()), (taken.id, 7));
    let after = store.user(&ada).await.unwrap();
    assert_eq!(after.used.get() - before.used.get(), 207);
    assert_eq!(after.revision.0 - before.revision.0, 3, "one revision for each change");
    for node in published.iter().flatten() {
        assert_eq!(&store.node(&ada, node.id).await.unwrap(), node, "the answer is what is kept");
    }
    let again = store.publish_uploads(&ada, &arrived).await.unwrap();
    assert_eq!(again[0].as_ref().unwrap(), published[0].as_ref().unwrap());
}

/// Of the folders that a batch names, each is judged by itself.
pub async fn a_batch_goes_to_living_folders_and_to_no_others(store: &dyn MetadataStore) {
    let [ada, eve] = [user(store, "ada").await, user(store, "eve").await];
    let living = folder(store, &ada, None, "living").await;
    let inside = folder(store, &ada, Some(living.id), "inside").await;
    let trashed = folder(store, &ada, None, "trashed").await;
    let dead = folder(store, &ada, Some(trashed.id), "dead").await;
    store.trash_node(&ada, trashed.id, None).await.unwrap();
    let no_folder = file(store, &ada, Some(living.id), "file").await;
    let of_eve = folder(store, &eve, None, "of eve").await;
    let asked = [
        (None, true),
        (Some(dead.id), false),
        (Some(inside.id), true),
        (Some(no_folder.id), false),
        (Some(living.id), true),
        (Some(trashed.id), false),
        (Some(of_eve.id), false),
        (Some(inside.id), true),
    ];
    let planned = asked.map(|(parent, _)| (wanted(parent, "new", 1), destination()));
    let begun = store.begin_uploads(&ada, &planned).await.unwrap();
    for ((parent, lives), begun) in asked.iter().zip(begun) {
        let is_refused = matches!(begun, Err(MetadataError::NoSuchParent));
        assert_eq!((begun.is_ok(), is_refused), (*lives, !lives), "{parent:?}");
    }
}

/// A batch counts what it has taken itself: the quota holds within one call.
pub async fn a_batch_counts_what_it_has_taken_itself(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let half = QUOTA.get() / 2 + 1;
    let planned = ["a", "b"].map(|name| (wanted(None, name, half), destination()));
    let begun = store.begin_uploads(&ada, &planned).await.unwrap();
    assert!(begun[0].is_ok());
    assert!(matches!(begun[1], Err(MetadataError::QuotaExceeded)));
}

/// A reference that is used for another name, place, size or conflict rule is refused, also within one
/// batch; when only the source's time or type differ, it is the same upload.
pub async fn a_reference_that_is_used_for_something_else_is_refused(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    let first = wanted(None, "a.txt", 100);
    let upload = begin(store, &ada, &first).await.unwrap();
    let others = [
        Wanted { name: super::name("b.txt"), ..first.clone() },
        Wanted { parent: Some(place.id), ..first.clone() },
        Wanted { size: notespot_protocol::ByteCount(101), ..first.clone() },
        Wanted { on_conflict: OnConflict::Replace, ..first.clone() },
    ];
    for other in &others {
        let refused = begin(store, &ada, other).await;
        assert!(matches!(refused, Err(MetadataError::ReferenceTaken)), "{other:?}");
    }
    let touched = Wanted { modified_at: Some(Timestamp::now()), ..first.clone() };
    assert_eq!(begin(store, &ada, &touched).await.unwrap().id, upload.id);

    let fresh = wanted(None, "c.txt", 100);
    let twice = [fresh.clone(), Wanted { name: super::name("d.txt"), ..fresh }];
    let begun = store.begin_uploads(&ada, &twice.map(|wanted| (wanted, destination()))).await.unwrap();
    assert!(begun[0].is_ok() && matches!(begun[1], Err(MetadataError::ReferenceTaken)));
    let mallory = user(store, "mallory").await;
    begin(store, &mallory, &others[0]).await.unwrap();
}

/// Versions of many files are asked for at once: current ones and earlier ones, in any order and twice; each
/// is given or refused alone.
pub async fn versions_of_many_files_come_in_the_order_asked_for(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let place = folder(store, &ada, None, "place").await;
    let (one, two) = (file(store, &ada, None, "one").await, file(store, &ada, None, "two").await);
    let others = file(store, &eve, None, "one").await;
    let replace = Wanted { on_conflict: OnConflict::Replace, ..wanted(None, "one", 7) };
    let newer = publish(store, &ada, &replace).await.unwrap();
    let version = |node: &Node| node.content.as_ref().unwrap().version;
    let asked = [
        (two.id, None),
        (others.id, None),
        (one.id, Some(version(&one))),
        (place.id, None),
        (one.id, None),
        (two.id, Some(version(&one))),
        (one.id, Some(version(&newer))),
        (NodeId::generate(), None),
    ];
    let found = store.stored_versions(&ada, &asked).await.unwrap();
    let given = |at: usize| {
        let (node, stored) = found[at].as_ref().unwrap();
        (node.id, stored.content.version, stored.content.size.get())
    };
    assert_eq!(given(0), (two.id, version(&two), 100));
    assert_eq!(given(2), (one.id, version(&one), 100));
    assert_eq!(given(4), (one.id, version(&newer), 7));
    assert_eq!(given(6), given(4));
    assert!(matches!(found[3], Err(MetadataError::WrongKind)));
    for nothing in [1, 5, 7] {
        assert!(matches!(found[nothing], Err(MetadataError::NotFound)), "{nothing}");
    }
}

/// Of a part that was announced twice alike the checksum is known, of one that was announced in two ways it is
/// not; all are forgotten when the upload ends, and nobody else has them.
pub async fn parts_are_known_by_the_only_checksum_that_they_were_announced_with(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let in_parts = || Destination { multipart_id: Some("m".to_owned()), part_count: 3, ..destination() };
    let wanted = |name| wanted(None, name, 100);
    let crc = |value| Checksum::Crc64Nvme(Crc64Nvme(value));
    for ended in [UploadState::Published, UploadState::Aborted] {
        let upload = store.begin_upload(&ada, &wanted("a.txt"), &in_parts()).await.unwrap();
        let other = store.begin_upload(&ada, &wanted("b.txt"), &in_parts()).await.unwrap();
        store.announce_parts(&ada, other.id, &[(1, crc(9))]).await.unwrap();
        store.announce_parts(&ada, upload.id, &[]).await.unwrap();
        store.announce_parts(&ada, upload.id, &[(1, crc(1)), (2, crc(2)), (3, crc(3))]).await.unwrap();
        store.announce_parts(&ada, upload.id, &[(1, crc(1)), (2, crc(8))]).await.unwrap();
        store.announce_parts(&ada, upload.id, &[(2, crc(2))]).await.unwrap();
        let known = store.announced_parts(&ada, upload.id).await.unwrap();
        assert_eq!(known, HashMap::from([(1, crc(1)), (3, crc(3))]));
        store.doubt_parts(&ada, upload.id).await.unwrap();
        store.announce_parts(&ada, upload.id, &[(1, crc(1))]).await.unwrap();
        assert!(store.announced_parts(&ada, upload.id).await.unwrap().is_empty());
        assert!(matches!(store.doubt_parts(&eve, other.id).await, Err(MetadataError::NotFound)));
        let refused = store.announce_parts(&eve, upload.id, &[(1, crc(7))]).await;
        assert!(matches!(refused, Err(MetadataError::NotFound)));
        assert!(matches!(store.announced_parts(&eve, upload.id).await, Err(MetadataError::NotFound)));

        if ended == UploadState::Published {
            store.publish_upload(&ada, upload.id, Sha256::from_bytes([1; 32])).await.unwrap();
        } else {
            store.abort_upload(&ada, upload.id).await.unwrap();
        }
        assert!(store.announced_parts(&ada, upload.id).await.unwrap().is_empty());
        assert_eq!(store.announced_parts(&ada, other.id).await.unwrap().len(), 1);
        let refused = store.announce_parts(&ada, upload.id, &[(1, crc(1))]).await;
        assert!(matches!(refused, Err(MetadataError::UploadEnded)));
    }
}
