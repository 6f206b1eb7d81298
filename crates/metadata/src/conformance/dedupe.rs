//! Content that the owner has already.

use futures_util::future::join;
use notespot_protocol::{
    ByteCount, Node, NodeId, OnConflict, Sha256, Timestamp, UploadState, UserId, VersionId,
};

use super::{QUOTA, begin, file, publish, user, wanted};
use crate::uploads::{Proven, Sent, StoredChallenge, StoredUpload, Wanted};
use crate::{MetadataError, MetadataStore};

/// Of every file that [`publish`] makes.
const HASH: Sha256 = Sha256::from_bytes([7; 32]);
const OTHER: Sha256 = Sha256::from_bytes([8; 32]);
const SIZE: ByteCount = ByteCount(100);

fn challenge(sha256: Sha256) -> StoredChallenge {
    let ends_at = Timestamp::from_millis(Timestamp::now().as_millis() + 60_000);
    StoredChallenge { sha256, nonce: [9; 32], ends_at }
}

async fn object_of(store: &dyn MetadataStore, owner: &UserId, node: NodeId) -> String {
    store.stored_version(owner, node, None).await.unwrap().1.object_key
}

/// An upload of content that the owner has, up to the moment in which the proof was found to be right.
async fn proven(store: &dyn MetadataStore, owner: &UserId, wanted: &Wanted) -> (StoredUpload, Proven) {
    let upload = begin(store, owner, wanted).await.unwrap();
    store.keep_challenges(owner, &[(upload.id, challenge(HASH))]).await.unwrap();
    let taken = store.take_challenges(owner, &[upload.id], Timestamp::now()).await.unwrap();
    let object_key = taken.into_iter().next().unwrap().unwrap().object_key;
    let proven = Proven { id: upload.id, sha256: HASH, object_key };
    (upload, proven)
}

async fn copy(store: &dyn MetadataStore, owner: &UserId, proven: &Proven) -> crate::Result<Node> {
    store.publish_copies(owner, std::slice::from_ref(proven)).await.unwrap().into_iter().next().unwrap()
}

async fn delete(store: &dyn MetadataStore, owner: &UserId, node: NodeId) {
    store.trash_node(owner, node, None).await.unwrap();
    store.delete_node(owner, node).await.unwrap();
}

async fn orphans(store: &dyn MetadataStore) -> Vec<String> {
    let found = store.orphans(Timestamp::now(), 100).await.unwrap();
    found.into_iter().map(|orphan| orphan.object_key).collect()
}

/// Content is known by its size and its hash, in the trash too, and to its owner alone.
pub async fn content_that_the_owner_has_is_known_by_size_and_hash(store: &dyn MetadataStore) {
    let (ada, mallory) = (user(store, "ada").await, user(store, "mallory").await);
    let node = file(store, &ada, None, "a.txt").await;
    store.trash_node(&ada, node.id, None).await.unwrap();
    let asked = [(SIZE, None), (SIZE, Some(HASH)), (SIZE, Some(OTHER)), (ByteCount(101), None)];
    let more = [(ByteCount(101), Some(HASH))];
    assert_eq!(store.has_content(&ada, &asked).await.unwrap(), [true, true, false, false]);
    assert_eq!(store.has_content(&ada, &more).await.unwrap(), [false]);
    assert_eq!(store.has_content(&mallory, &asked).await.unwrap(), [false; 4]);
}

/// A challenge is good once, until its end, for an open upload of its owner, and while the content is there;
/// a new one takes the place of the old.
pub async fn a_challenge_is_good_once_and_for_a_while(store: &dyn MetadataStore) {
    let (ada, mallory) = (user(store, "ada").await, user(store, "mallory").await);
    let node = file(store, &ada, None, "a.txt").await;
    let upload = begin(store, &ada, &wanted(None, "b.txt", 100)).await.unwrap();
    let now = Timestamp::now();
    let take = async |owner: &UserId, now| {
        store.take_challenges(owner, &[upload.id], now).await.unwrap().into_iter().next().unwrap()
    };
    let ended = |taken| matches!(taken, Err(MetadataError::ChallengeEnded));
    assert!(ended(take(&ada, now).await), "nothing was asked");

    let asked = StoredChallenge { nonce: [1; 32], ..challenge(HASH) };
    store.keep_challenges(&ada, &[(upload.id, challenge(OTHER))]).await.unwrap();
    store.keep_challenges(&ada, &[(upload.id, asked)]).await.unwrap();
    store.keep_challenges(&mallory, &[(upload.id, challenge(OTHER))]).await.unwrap();
    assert!(matches!(take(&mallory, now).await, Err(MetadataError::NotFound)));
    let taken = take(&ada, now).await.unwrap();
    assert_eq!((taken.challenge, taken.upload.id), (asked, upload.id));
    assert_eq!(taken.object_key, object_of(store, &ada, node.id).await);
    assert!(ended(take(&ada, now).await), "it is good once");

    store.keep_challenges(&ada, &[(upload.id, asked)]).await.unwrap();
    assert!(ended(take(&ada, asked.ends_at).await), "it has ended");
    assert!(ended(take(&ada, now).await), "and does not come back");
    store.keep_challenges(&ada, &[(upload.id, challenge(OTHER))]).await.unwrap();
    assert!(ended(take(&ada, now).await), "there is no such content");
    store.abort_upload(&ada, upload.id).await.unwrap();
    store.keep_challenges(&ada, &[(upload.id, asked)]).await.unwrap();
    assert!(matches!(take(&ada, now).await, Err(MetadataError::UploadEnded)));
}

/// Proven content becomes a file at once: with its own version, revision and usage, and the object that is
/// there. What had been sent meanwhile is an orphan. Publishing again answers the same file.
pub async fn proven_content_becomes_a_file_that_shares_its_object(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let first = file(store, &ada, None, "a.txt").await;
    let (upload, proof) = proven(store, &ada, &wanted(None, "a.txt", 100)).await;
    let before = store.user(&ada).await.unwrap();
    let node = copy(store, &ada, &proof).await.unwrap();
    assert_eq!(node.name.as_str(), "a (2).txt");
    assert_eq!(node.content.as_ref().unwrap().sha256, HASH);
    assert_eq!(object_of(store, &ada, node.id).await, object_of(store, &ada, first.id).await);
    let after = store.user(&ada).await.unwrap();
    assert_eq!((after.used.get() - before.used.get(), after.revision.0 - before.revision.0), (100, 1));
    assert_eq!(orphans(store).await, [upload.destination.object_key]);
    assert_eq!(copy(store, &ada, &proof).await.unwrap(), node);
    assert_eq!(store.publish_upload(&ada, upload.id, HASH).await.unwrap(), node);
    assert_eq!(store.upload(&ada, upload.id).await.unwrap().state, UploadState::Published);

    // As a new version of a file, and twice in one batch.
    let again = Wanted { on_conflict: OnConflict::Replace, ..wanted(None, "a.txt", 100) };
    let (_, one) = proven(store, &ada, &again).await;
    let (_, two) = proven(store, &ada, &wanted(None, "c.txt", 100)).await;
    let published = store.publish_copies(&ada, &[one, two]).await.unwrap();
    assert_eq!(published[0].as_ref().unwrap().id, first.id);
    for node in published.iter().flatten() {
        assert_eq!(object_of(store, &ada, node.id).await, proof.object_key);
    }
    let full = begin(store, &ada, &wanted(None, "rest", QUOTA.get() - 500)).await.unwrap();
    store.publish_upload(&ada, full.id, OTHER).await.unwrap();
    let (_, last) = proven(store, &ada, &wanted(None, "d.txt", 100)).await;
    copy(store, &ada, &last).await.unwrap();
    let refused = begin(store, &ada, &wanted(None, "e.txt", 100)).await;
    assert!(matches!(refused, Err(MetadataError::QuotaExceeded)), "copies count in full");
}

/// An object goes with the last version that names it, and not before; erasing the owner takes all.
pub async fn an_object_goes_with_the_last_version_that_names_it(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let first = file(store, &ada, None, "a.txt").await;
    let (upload, proof) = proven(store, &ada, &wanted(None, "b.txt", 100)).await;
    let second = copy(store, &ada, &proof).await.unwrap();
    let unused = upload.destination.object_key;
    delete(store, &ada, first.id).await;
    assert_eq!(orphans(store).await, std::slice::from_ref(&unused));
    assert_eq!(store.user(&ada).await.unwrap().used, SIZE);
    assert_eq!(object_of(store, &ada, second.id).await, proof.object_key);
    delete(store, &ada, second.id).await;
    let gone = orphans(store).await;
    assert!(gone.len() == 2 && gone.contains(&proof.object_key) && gone.contains(&unused), "{gone:?}");
    assert_eq!(store.user(&ada).await.unwrap().used, ByteCount::ZERO);

    // Two versions of one file, and both of two files in one folder.
    let third = file(store, &ada, None, "c.txt").await;
    let replace = Wanted { on_conflict: OnConflict::Replace, ..wanted(None, "c.txt", 100) };
    let (_, proof) = proven(store, &ada, &replace).await;
    copy(store, &ada, &proof).await.unwrap();
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 200);
    delete(store, &ada, third.id).await;
    assert!(orphans(store).await.contains(&proof.object_key));

    let grace = user(store, "grace").await;
    publish(store, &grace, &wanted(None, "a.txt", 100)).await.unwrap();
    let (_, proof) = proven(store, &grace, &wanted(None, "b.txt", 100)).await;
    copy(store, &grace, &proof).await.unwrap();
    store.erase_user(&grace).await.unwrap();
    assert_eq!(orphans(store).await.iter().filter(|key| **key == proof.object_key).count(), 1);
}

/// When the content was deleted for ever after it was compared, nothing is published that names it: its
/// object is on its way out. The upload is open still.
pub async fn what_was_deleted_meanwhile_is_not_published_as_a_copy(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let first = file(store, &ada, None, "a.txt").await;
    let (upload, proof) = proven(store, &ada, &wanted(None, "b.txt", 100)).await;
    delete(store, &ada, first.id).await;
    // The same content came again, in another object: it is not the one that was compared.
    file(store, &ada, None, "again.txt").await;
    let before = store.user(&ada).await.unwrap();
    assert!(matches!(copy(store, &ada, &proof).await, Err(MetadataError::ChallengeEnded)));
    assert_eq!(store.user(&ada).await.unwrap(), before);
    assert_eq!(orphans(store).await, [proof.object_key]);
    let node = store.publish_upload(&ada, upload.id, HASH).await.unwrap();
    assert_eq!(object_of(store, &ada, node.id).await, upload.destination.object_key);
}

/// Content for which nobody vouches is not shared: what was sent by somebody who may only add files, and what
/// was found damaged, under whichever name. A challenge that was under way ends.
pub async fn content_that_nobody_vouches_for_is_not_shared(store: &dyn MetadataStore) {
    let (ada, mallory) = (user(store, "ada").await, user(store, "mallory").await);
    let upload = begin(store, &ada, &wanted(None, "planted", 100)).await.unwrap();
    let sent = Sent { id: upload.id, sha256: HASH, is_vouched: false };
    store.publish_uploads(&ada, &[sent]).await.unwrap().remove(0).unwrap();
    let asked = [(SIZE, None), (SIZE, Some(HASH))];
    assert_eq!(store.has_content(&ada, &asked).await.unwrap(), [false, false]);

    let good = file(store, &ada, None, "good").await;
    assert_eq!(store.has_content(&ada, &asked).await.unwrap(), [true, true]);
    let (_, proof) = proven(store, &ada, &wanted(None, "copy", 100)).await;
    assert_eq!(proof.object_key, object_of(store, &ada, good.id).await, "not the planted one");
    let copied = copy(store, &ada, &proof).await.unwrap();
    let (_, late) = proven(store, &ada, &wanted(None, "late", 100)).await;

    let version = good.content.unwrap().version;
    for (owner, node, version) in
        [(&mallory, good.id, version), (&ada, copied.id, version), (&ada, good.id, VersionId::generate())]
    {
        let refused = store.distrust_content(owner, node, version).await;
        assert!(matches!(refused, Err(MetadataError::NotFound)));
    }
    assert_eq!(store.has_content(&ada, &asked).await.unwrap(), [true, true]);
    assert!(store.distrust_content(&ada, good.id, version).await.unwrap());
    assert!(!store.distrust_content(&ada, good.id, version).await.unwrap());
    assert_eq!(store.has_content(&ada, &asked).await.unwrap(), [false, false], "the copy is the same object");
    assert!(matches!(copy(store, &ada, &late).await, Err(MetadataError::ChallengeEnded)));

    file(store, &ada, None, "sent again").await;
    assert_eq!(store.has_content(&ada, &asked).await.unwrap(), [true, true]);
}

/// A copy that is published while its original is deleted for ever: the object stays, or nothing was
/// published. Nobody else's content is ever named.
pub async fn a_copy_and_the_end_of_its_original_never_meet_half_way(store: &dyn MetadataStore) {
    let (ada, mallory) = (user(store, "ada").await, user(store, "mallory").await);
    for round in 0..20 {
        let first = file(store, &ada, None, &format!("a {round}")).await;
        let (_, proof) = proven(store, &ada, &wanted(None, &format!("b {round}"), 100)).await;
        let stolen = begin(store, &mallory, &wanted(None, "mine", 100)).await.unwrap();
        let stolen = Proven { id: stolen.id, ..proof.clone() };
        assert!(matches!(copy(store, &mallory, &stolen).await, Err(MetadataError::ChallengeEnded)));
        store.abort_upload(&mallory, stolen.id).await.unwrap();
        store.trash_node(&ada, first.id, None).await.unwrap();
        let (copied, deleted) = join(copy(store, &ada, &proof), store.delete_node(&ada, first.id)).await;
        deleted.unwrap();
        let is_orphan = orphans(store).await.contains(&proof.object_key);
        match copied {
            Ok(node) => {
                assert!(!is_orphan, "the object of a living file goes");
                delete(store, &ada, node.id).await;
                assert!(orphans(store).await.contains(&proof.object_key));
            }
            Err(error) => {
                assert!(matches!(error, MetadataError::ChallengeEnded), "{error}");
                assert!(is_orphan, "an object is leaked");
            }
        }
        for key in orphans(store).await {
            store.orphan_removed(Timestamp::now(), &key).await.unwrap();
        }
    }
}
