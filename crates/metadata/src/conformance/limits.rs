//! How often something may be done.

use std::time::Duration;

use futures_util::future::join_all;
use notespot_protocol::Timestamp;

use crate::MetadataStore;
use crate::limits::{Allowance, LimitKey, Taken};

const TEN: Allowance = Allowance { most: 10, window: Duration::from_mins(1) };

fn key(name: &str) -> LimitKey {
    let mut bytes = [0; 32];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    LimitKey(bytes)
}

/// A window grants what is left of its allowance, and the next one grants all of it again.
pub async fn a_window_grants_its_allowance_and_the_next_one_grants_it_again(store: &dyn MetadataStore) {
    let now = Timestamp::now();
    let ends_at = now.plus(TEN.window);
    let take = async |name: &str, wanted, now| store.take(key(name), wanted, TEN, now).await.unwrap();
    assert_eq!(take("ada", 4, now).await, Taken { granted: 4, ends_at });
    let later = now.plus(Duration::from_secs(30));
    assert_eq!(take("ada", 8, later).await, Taken { granted: 6, ends_at }, "the window began with the first");
    assert_eq!(take("ada", 1, later).await, Taken { granted: 0, ends_at });
    assert_eq!(take("eve", 10, later).await.granted, 10, "each is counted by itself");
    let next = take("ada", 2, ends_at).await;
    assert_eq!(next, Taken { granted: 2, ends_at: ends_at.plus(TEN.window) });
    assert_eq!(take("ada", 10, ends_at).await.granted, 8);
}

/// What is given back can be taken again, and no more than was taken.
pub async fn what_is_given_back_can_be_taken_again(store: &dyn MetadataStore) {
    let now = Timestamp::now();
    store.give_back(key("ada"), 5).await.unwrap();
    let take = async |wanted| store.take(key("ada"), wanted, TEN, now).await.unwrap().granted;
    assert_eq!(take(10).await, 10);
    store.give_back(key("ada"), 3).await.unwrap();
    assert_eq!(take(10).await, 3);
    store.give_back(key("ada"), u32::MAX).await.unwrap();
    assert_eq!(take(20).await, 10);
}

/// However many take at once, together they get the allowance: all of it, and nothing more.
pub async fn those_who_take_at_once_get_no_more_than_the_allowance(store: &dyn MetadataStore) {
    let now = Timestamp::now();
    let takers = (0..24).map(|_| store.take(key("ada"), 1, TEN, now));
    let granted: u32 = join_all(takers).await.into_iter().map(|taken| taken.unwrap().granted).sum();
    assert_eq!(granted, TEN.most);
}
