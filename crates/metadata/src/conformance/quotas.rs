//! How much each may store.

use std::time::Duration;

use notespot_protocol::{ByteCount, Revision, Sha256, UserId};
use tokio::time::timeout;

use super::{QUOTA, begin, copy_of, publish, user, wanted};
use crate::users::{Profile, Quota};
use crate::{MetadataError, MetadataStore};

/// For a store that has to hear of it from elsewhere.
const BOUND: Duration = Duration::from_secs(20);

fn is_refused<T>(outcome: &Result<T, MetadataError>) -> bool {
    matches!(outcome, Err(MetadataError::QuotaExceeded))
}

/// A user's own quota is the one that counts, wherever something is taken, from the next transaction on; and the
/// change is one that those who listen are told of.
pub async fn a_quota_of_one_s_own_wins_over_everybody_s_until_it_is_taken_back(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let file = publish(store, &ada, &wanted(None, "a", 600)).await.unwrap();
    assert!(!store.user_record(&ada).await.unwrap().quota_is_own);
    let mut listening = store.listen(&ada);

    let before = store.user(&ada).await.unwrap().revision;
    let record = store.set_quota(&ada, Quota::Own(ByteCount(1_000))).await.unwrap();
    assert_eq!((record.me.quota, record.me.used), (ByteCount(1_000), ByteCount(600)));
    assert!(record.quota_is_own);
    assert_eq!(record.me.revision, Revision(before.0 + 1));
    assert_eq!(store.user_record(&ada).await.unwrap(), record);
    let hears = async { while listening.newer().await < record.me.revision {} };
    assert!(timeout(BOUND, hears).await.is_ok(), "nobody was told");
    let page = super::changes(store, &ada, before, 10).await;
    assert_eq!((page.changes.len(), page.revision), (0, record.me.revision), "nothing of hers changed");

    assert!(is_refused(&begin(store, &ada, &wanted(None, "b", 401)).await));
    assert!(is_refused(&store.copy_nodes(&ada, &[copy_of(file.id, None)]).await.unwrap().remove(0)));
    begin(store, &eve, &wanted(None, "b", QUOTA.get())).await.unwrap();
    let on_its_way = begin(store, &ada, &wanted(None, "b", 400)).await.unwrap();

    // What is on its way does not get in any more, and what is there stays.
    store.set_quota(&ada, Quota::Own(ByteCount(999))).await.unwrap();
    let late = store.publish_upload(&ada, on_its_way.id, Sha256::from_bytes([1; 32])).await;
    assert!(is_refused(&late));
    store.set_quota(&ada, Quota::Own(ByteCount(1))).await.unwrap();
    assert_eq!(store.user(&ada).await.unwrap().used, ByteCount(600));
    // More than everybody's.
    store.set_quota(&ada, Quota::Own(ByteCount(QUOTA.get() * 2))).await.unwrap();
    store.publish_upload(&ada, on_its_way.id, Sha256::from_bytes([1; 32])).await.unwrap();
    publish(store, &ada, &wanted(None, "c", QUOTA.get())).await.unwrap();

    let record = store.set_quota(&ada, Quota::Default(QUOTA)).await.unwrap();
    assert_eq!((record.me.quota, record.quota_is_own), (QUOTA, false));
    assert!(is_refused(&begin(store, &ada, &wanted(None, "d", 1)).await));
    let nobody = UserId("nobody".to_owned());
    assert!(matches!(store.set_quota(&nobody, Quota::Own(QUOTA)).await, Err(MetadataError::NotFound)));
}

/// Where everybody may store so much, that counts for users who came when it was another number, and not for those
/// who have a quota of their own. `fewer` is a handle of `store`'s database whose default quota is 500 bytes.
pub async fn what_everybody_may_store_follows_the_settings(
    store: &dyn MetadataStore,
    fewer: &dyn MetadataStore,
) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    store.set_quota(&eve, Quota::Own(ByteCount(2_000))).await.unwrap();
    assert_eq!(store.user(&ada).await.unwrap().quota, QUOTA);
    assert_eq!(fewer.user(&ada).await.unwrap().quota, ByteCount(500));
    assert!(is_refused(&begin(fewer, &ada, &wanted(None, "a", 501)).await));
    begin(store, &ada, &wanted(None, "a", 501)).await.unwrap();
    assert_eq!(fewer.user(&eve).await.unwrap().quota, ByteCount(2_000));
    begin(fewer, &eve, &wanted(None, "a", 2_000)).await.unwrap();
}

/// Users are found by their addresses as they are written, also where several have the same.
pub async fn users_are_found_by_their_addresses(store: &dyn MetadataStore) {
    let address = "ada@example.org";
    for (id, email) in [("ada", Some(address)), ("other-ada", Some(address)), ("eve", None)] {
        let profile =
            Profile { id: UserId(id.to_owned()), name: id.to_owned(), email: email.map(str::to_owned) };
        store.ensure_user(&profile, QUOTA).await.unwrap();
    }
    let mut found = store.users_by_email(address).await.unwrap();
    found.sort();
    assert_eq!(found, [UserId("ada".to_owned()), UserId("other-ada".to_owned())]);
    assert_eq!(store.users_by_email("Ada@example.org").await.unwrap(), []);
    store.erase_user(&found[0]).await.unwrap();
    assert_eq!(store.users_by_email(address).await.unwrap(), found[1..]);
}
