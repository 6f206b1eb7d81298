//! First fills, and histories that do not reach back far enough.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::future::join;
use notespot_protocol::{ChangesQuery, NodeEdit, NodePatch, Revision, Timestamp, UserId};

use super::gaps::{Held, Notes, Stand, require_what_there_is, take_in, write_all};
use super::{changes, destination, file, user, wanted};
use crate::changes::{StoredChange, StoredChanges};
use crate::uploads::Sent;
use crate::{MetadataError, MetadataStore, Result};

async fn ask(
    store: &dyn MetadataStore,
    owner: &UserId,
    since: Revision,
    filling_since: Revision,
) -> Result<StoredChanges> {
    let query = ChangesQuery { since, filling_since: Some(filling_since), limit: Some(2) };
    store.changes(owner, &query).await
}

fn gone(page: &StoredChanges) -> usize {
    page.changes.iter().filter(|change| matches!(change, StoredChange::NodeDeleted { .. })).count()
}

async fn delete(store: &dyn MetadataStore, owner: &UserId, node: &notespot_protocol::Node) {
    store.trash_node(owner, node.id, None).await.unwrap();
    store.delete_node(owner, node.id).await.unwrap();
}

/// A fill in small pages, begun while others write, ends with what there is.
pub async fn a_first_fill_beside_writers_ends_with_what_there_is(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let (notes, done) = (Notes::default(), AtomicBool::new(false));
    let filling = async {
        while store.user(&ada).await.unwrap().revision < Revision(20) {}
        let first = changes(store, &ada, Revision::ZERO, 2).await;
        let (mut held, mut since) = (Held::new(), first.revision);
        take_in(&mut held, &first.changes);
        // What was gone when it began is never told; what goes in the meantime is.
        while since < first.newest {
            let page = ask(store, &ada, since, first.newest).await.unwrap();
            take_in(&mut held, &page.changes);
            since = page.revision;
        }
        (held, since)
    };
    let ((), (mut held, mut since)) = join(write_all(store, &ada, &notes, &done), filling).await;
    loop {
        let page = changes(store, &ada, since, 100).await;
        take_in(&mut held, &page.changes);
        since = page.revision;
        if !page.more {
            break;
        }
    }
    require_what_there_is(store, &ada, &held).await;
    held.retain(|_, (_, stand)| *stand != Stand::Gone);
    let mut fresh = Held::new();
    take_in(&mut fresh, &changes(store, &ada, Revision::ZERO, 5000).await.changes);
    assert_eq!(held, fresh, "nothing is missing");
}

/// Who begins with nothing is told of no node that was gone by then, and of each that goes in the meantime.
pub async fn who_begins_with_nothing_is_told_of_nothing_that_was_gone(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let [one, two, three] = [
        file(store, &ada, None, "1").await,
        file(store, &ada, None, "2").await,
        file(store, &ada, None, "3").await,
    ];
    delete(store, &ada, &two).await;
    let first = changes(store, &ada, Revision::ZERO, 1).await;
    assert_eq!((first.changes.len(), first.revision, first.more), (1, one.revision, true));
    let all = changes(store, &ada, Revision::ZERO, 100).await;
    assert_eq!((gone(&all), all.revision, all.more), (0, first.newest, false));
    assert_eq!(gone(&changes(store, &ada, one.revision, 100).await), 1, "who had it has to forget it");

    delete(store, &ada, &three).await;
    let rest = ask(store, &ada, first.revision, first.newest).await.unwrap();
    assert_eq!((gone(&rest), rest.changes.len(), rest.more), (1, 1, false));
    assert_eq!(rest.newest, store.user(&ada).await.unwrap().revision);
}

/// Where a tombstone was forgotten, a history from before it has expired; a fill that began after it has not,
/// nor has anybody else's history.
pub async fn a_history_that_lost_a_tombstone_has_expired_and_a_fill_has_not(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    for owner in [&ada, &eve] {
        let node = file(store, owner, None, "a").await;
        delete(store, owner, &node).await;
    }
    let start = Revision(1);
    let lost = store.user(&ada).await.unwrap().revision;
    assert_eq!(store.forget_tombstones(Timestamp::now().minus(Duration::from_hours(1))).await.unwrap(), 0);
    assert_eq!(gone(&changes(store, &ada, start, 10).await), 1);

    let later = Timestamp::now().plus(Duration::from_secs(1));
    assert_eq!(store.forget_tombstones(later).await.unwrap(), 2);
    assert_eq!(store.forget_tombstones(later).await.unwrap(), 0);
    let kept = file(store, &ada, None, "b").await;
    delete(store, &ada, &kept).await;
    let newest = store.user(&ada).await.unwrap().revision;
    let expired = |page: Result<StoredChanges>| matches!(page, Err(MetadataError::ChangesExpired));
    let from = async |since| {
        store.changes(&ada, &ChangesQuery { since, limit: Some(10), ..ChangesQuery::default() }).await
    };
    assert!(expired(from(start).await));
    assert!(expired(from(Revision(lost.0 - 1)).await));
    assert_eq!(gone(&from(lost).await.unwrap()), 1, "later ones are kept");
    assert!(from(Revision::ZERO).await.is_ok(), "who begins with nothing needs no history");
    assert!(ask(store, &ada, start, newest).await.is_ok());
    assert!(ask(store, &ada, start, lost).await.is_ok());
    assert!(expired(ask(store, &ada, start, start).await), "it began before");
    assert!(expired(ask(store, &ada, lost, start).await));

    let bob = user(store, "bob").await;
    delete(store, &bob, &file(store, &bob, None, "a").await).await;
    assert_eq!(gone(&changes(store, &bob, start, 10).await), 1);
}

/// A page has a bound in bytes too: what is described at great length comes in more pages.
pub async fn a_page_has_a_bound_in_bytes_too(store: &dyn MetadataStore) {
    const FILES: usize = 300;
    let ada = user(store, "ada").await;
    let planned: Vec<_> =
        (0..FILES).map(|number| (wanted(None, &number.to_string(), 1), destination())).collect();
    let begun = store.begin_uploads(&ada, &planned).await.unwrap();
    let sent = |id| Sent { id, sha256: notespot_protocol::Sha256::from_bytes([7; 32]), is_vouched: true };
    let sent: Vec<_> = begun.into_iter().map(|upload| sent(upload.unwrap().id)).collect();
    let nodes = store.publish_uploads(&ada, &sent).await.unwrap();
    let patch = NodePatch { description: Some("\u{1f4dc}".repeat(4000)), ..NodePatch::default() };
    let edit = |id| NodeEdit { id, if_match: None, patch: patch.clone() };
    let edits: Vec<_> = nodes.into_iter().map(|node| edit(node.unwrap().id)).collect();
    assert!(store.edit_nodes(&ada, &edits).await.unwrap().iter().all(Result::is_ok));

    let (mut read, mut pages, mut since) = (0, 0, Revision::ZERO);
    loop {
        let page = changes(store, &ada, since, 5000).await;
        let text: usize = page.changes.iter().map(description_bytes).sum();
        assert!(text <= (4 << 20) + 16_000, "{text} bytes in a page");
        assert!(page.changes.iter().all(|change| change.revision() > since));
        (read, pages, since) = (read + page.changes.len(), pages + 1, page.revision);
        if !page.more {
            break;
        }
    }
    assert_eq!((read, pages), (FILES, 2));
}

fn description_bytes(change: &StoredChange) -> usize {
    match change {
        StoredChange::Node(node) => node.description.len(),
        _ => 0,
    }
}
