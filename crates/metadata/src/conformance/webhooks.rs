//! What the identity provider tells by webhook.

use std::time::Duration;

use notespot_protocol::{AccessToken, MePatch, Scope, Sha256, Timestamp, TokenId, UserId};

use super::{QUOTA, file, user};
use crate::users::Profile;
use crate::{MetadataError, MetadataStore};

fn profile(id: &UserId, name: &str, email: Option<&str>) -> Profile {
    Profile { id: id.clone(), name: name.to_owned(), email: email.map(str::to_owned) }
}

/// A delivery is known once it was noted, and until it is swept.
pub async fn a_delivery_is_known_from_when_it_was_noted_until_it_is_swept(store: &dyn MetadataStore) {
    let now = Timestamp::now();
    let (earlier, later) = (now.minus(Duration::from_hours(1)), now.plus(Duration::from_hours(1)));
    assert!(!store.knows_webhook("msg_1").await.unwrap());
    store.note_webhook("msg_1", earlier).await.unwrap();
    store.note_webhook("msg_1", later).await.unwrap();
    store.note_webhook("msg_2", now).await.unwrap();
    assert!(store.knows_webhook("msg_1").await.unwrap());
    store.sweep_webhooks(earlier, now).await.unwrap();
    assert!(store.knows_webhook("msg_1").await.unwrap(), "it is as old as that, and not older");
    store.sweep_webhooks(now, now).await.unwrap();
    assert!(!store.knows_webhook("msg_1").await.unwrap(), "the first time counts");
    assert!(store.knows_webhook("msg_2").await.unwrap());
}

/// A profile of the provider is taken whole, and never an older one after a newer one.
pub async fn a_profile_is_taken_unless_a_newer_one_was(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let (first, second) = (Timestamp::from_millis(1_000), Timestamp::from_millis(2_000));
    let countess = profile(&ada, "Countess Lovelace", Some("ada@example.org"));
    let me = store.take_profile(&countess, second).await.unwrap();
    assert_eq!((me.name.as_str(), me.email.as_deref()), ("Countess Lovelace", Some("ada@example.org")));
    let me = store.take_profile(&profile(&ada, "Miss Byron", None), first).await.unwrap();
    assert_eq!((me.name.as_str(), me.email.as_deref()), ("Countess Lovelace", Some("ada@example.org")));
    let me = store.take_profile(&profile(&ada, "Lady King", None), second).await.unwrap();
    assert_eq!((me.name.as_str(), me.email), ("Lady King", None), "the same time once more is no older");
    assert_eq!(store.user(&ada).await.unwrap().name, "Lady King");
    let nobody = profile(&UserId("nobody".to_owned()), "Nobody", None);
    assert!(matches!(store.take_profile(&nobody, second).await, Err(MetadataError::NotFound)));
    assert!(matches!(store.user(&nobody.id).await, Err(MetadataError::NotFound)));
}

/// A name that its owner gave here stays, whatever the provider calls them.
pub async fn a_name_that_was_given_here_stays(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    store.edit_user(&ada, &MePatch::default()).await.unwrap();
    let taken = store.take_profile(&profile(&ada, "A. Lovelace", None), Timestamp::from_millis(1)).await;
    assert_eq!(taken.unwrap().name, "A. Lovelace", "an edit without a name gave none");
    store.edit_user(&ada, &MePatch { name: Some("Ada".to_owned()) }).await.unwrap();
    let other = profile(&ada, "Augusta Ada King", Some("ada@example.org"));
    let me = store.take_profile(&other, Timestamp::from_millis(2)).await.unwrap();
    assert_eq!((me.name.as_str(), me.email.as_deref()), ("Ada", Some("ada@example.org")));
}

/// Whether somebody is banned is the newest word, in whichever order words come; tokens of theirs open nothing.
pub async fn who_is_banned_is_so_by_the_newest_word(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let token = AccessToken {
        id: TokenId::generate(),
        name: "script".to_owned(),
        scopes: vec![Scope::Read],
        created_at: Timestamp::now(),
        ends_at: None,
        used_at: None,
    };
    let hash = Sha256::from_bytes([9; 32]);
    store.add_token(&ada, &token, hash).await.unwrap();
    let is_banned = async || {
        let opened = store.token_by_hash(hash, Timestamp::now()).await;
        let is_banned = store.user_record(&ada).await.unwrap().is_banned;
        assert_eq!(matches!(opened, Err(MetadataError::Banned)), is_banned);
        assert_eq!(opened.is_ok(), !is_banned);
        is_banned
    };
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
    assert!(!is_banned().await);
    // What they are called is another matter: a newer name says nothing of it.
    store.take_profile(&profile(&ada, "Ada King", None), at(9)).await.unwrap();
    assert!(store.set_banned(&ada, true, at(5)).await.unwrap());
    assert!(is_banned().await);
    assert!(!store.set_banned(&ada, true, at(6)).await.unwrap(), "it is known");
    assert!(!store.set_banned(&ada, false, at(5)).await.unwrap(), "it came late");
    assert!(is_banned().await);
    assert!(store.set_banned(&ada, false, at(6)).await.unwrap(), "the same time once more is no older");
    assert!(!is_banned().await);
    assert!(!store.set_banned(&ada, true, at(5)).await.unwrap());
    assert!(!is_banned().await);
    assert!(!store.user_record(&eve).await.unwrap().is_banned);
    assert_eq!(store.user(&ada).await.unwrap().name, "Ada King");
    let nobody = UserId("nobody".to_owned());
    assert!(matches!(store.set_banned(&nobody, true, at(5)).await, Err(MetadataError::NotFound)));
}

/// Somebody whom the provider has deleted does not come back, and whoever was not deleted is not barred.
pub async fn a_user_who_is_barred_gets_no_record_until_the_bar_ends(store: &dyn MetadataStore) {
    let now = Timestamp::now();
    let ada = user(store, "ada").await;
    file(store, &ada, None, "a.txt").await;
    store.bar_user(&ada, now.plus(Duration::from_hours(1))).await.unwrap();
    assert_eq!(store.user(&ada).await.unwrap().id, ada, "the record is there until it is erased");
    store.erase_user(&ada).await.unwrap();
    let again = profile(&ada, "Ada", None);
    assert!(matches!(store.ensure_user(&again, QUOTA).await, Err(MetadataError::NotFound)));
    assert!(matches!(store.user(&ada).await, Err(MetadataError::NotFound)));
    user(store, "grace").await;
    // The longer of two bars holds.
    store.bar_user(&ada, now.minus(Duration::from_hours(1))).await.unwrap();
    store.sweep_webhooks(now, now).await.unwrap();
    assert!(matches!(store.ensure_user(&again, QUOTA).await, Err(MetadataError::NotFound)));
    store.sweep_webhooks(now, now.plus(Duration::from_hours(1))).await.unwrap();
    assert_eq!(store.ensure_user(&again, QUOTA).await.unwrap().used.get(), 0);
    // One who never was here can be barred too.
    let mallory = UserId("mallory".to_owned());
    store.bar_user(&mallory, now.plus(Duration::from_hours(1))).await.unwrap();
    assert!(store.ensure_user(&profile(&mallory, "M", None), QUOTA).await.is_err());
}
