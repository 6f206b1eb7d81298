//! The change feed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{join, join_all};
use notespot_protocol::{ChangesQuery, NodePatch, NodesQuery, Revision, Timestamp};

use super::{changes, file, folder, list, name, user};
use crate::changes::StoredChange;
use crate::{MetadataError, MetadataStore};

/// Every change is in the feed once and in order; replayed, it gives what there is.
pub async fn every_change_is_in_the_feed_once_and_in_order(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    for number in 0..5 {
        let node = file(store, &ada, Some(place.id), &format!("{number}.txt")).await;
        let rename = NodePatch { name: Some(name(&format!("renamed {number}"))), ..NodePatch::default() };
        store.edit_node(&ada, node.id, &rename, None).await.unwrap();
        store.create_link(&ada, node.id, None).await.unwrap();
        if number % 2 == 0 {
            store.trash_node(&ada, node.id, None).await.unwrap();
            store.delete_node(&ada, node.id).await.unwrap();
        }
    }
    let mut known = BTreeMap::new();
    let mut since = Revision::ZERO;
    loop {
        let page = changes(store, &ada, since, 3).await;
        for change in page.changes {
            assert!(change.revision() > since, "revisions rise");
            since = change.revision();
            match change {
                StoredChange::Node(node) => drop(known.insert(node.id, node)),
                StoredChange::NodeDeleted { id, .. } => drop(known.remove(&id)),
                StoredChange::Link(_) => {}
            }
        }
        since = page.revision;
        if !page.more {
            break;
        }
    }
    assert_eq!(since, store.user(&ada).await.unwrap().revision);
    let inside = NodesQuery { parent: Some(place.id), ..NodesQuery::default() };
    for node in list(store, &ada, inside).await {
        assert_eq!(*known.remove(&node.id).unwrap(), node);
    }
    assert_eq!(known.into_keys().collect::<Vec<_>>(), [place.id]);
}

/// Whatever an owner writes comes back as it was written, from lists and from the feed too.
pub async fn what_an_owner_writes_comes_back_as_it_was_written(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let node = file(store, &ada, None, "\"quoted\" \\ \u{1f4c4} {} [] txt.\u{5199}\u{771f}").await;
    for text in
        ["\0 NUL \u{1} \u{7f} \u{85}\r\n\t", "\"}],[{\\\"", "\u{fffd}\u{1f469}\u{200d}\u{1f52c}", "null", ""]
    {
        let patch = NodePatch {
            description: Some(text.to_owned()),
            tags: Some(vec![text.to_owned(), String::new(), "a,b".to_owned()]),
            ..NodePatch::default()
        };
        let edited = store.edit_node(&ada, node.id, &patch, None).await.unwrap();
        assert_eq!((edited.description.as_str(), edited.tags[0].as_str()), (text, text));
        assert_eq!(store.node(&ada, node.id).await.unwrap(), edited, "{text:?}");
        assert_eq!(list(store, &ada, NodesQuery::default()).await, std::slice::from_ref(&edited), "{text:?}");
        let page = changes(store, &ada, Revision::ZERO, 10).await;
        assert_eq!(page.changes, [StoredChange::Node(Box::new(edited))], "{text:?}");
    }
}

/// A reader of the feed never sees revision N before everything below N.
pub async fn a_reader_of_the_feed_never_sees_a_gap(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let done = AtomicBool::new(false);
    let writing = async {
        join_all((0..60).map(|number| {
            let ada = &ada;
            async move { drop(file(store, ada, None, &format!("{number}")).await) }
        }))
        .await;
        done.store(true, Ordering::Release);
    };
    let reading = async {
        let mut since = Revision::ZERO;
        loop {
            let finished = done.load(Ordering::Acquire);
            for change in changes(store, &ada, since, 1000).await.changes {
                // Each file is one change, and nothing changes twice: revisions follow one another.
                assert_eq!(change.revision(), Revision(since.0 + 1), "a gap");
                since = change.revision();
            }
            if finished {
                break since;
            }
        }
    };
    assert_eq!(join(writing, reading).await.1, Revision(60));
}

/// Erasing a user leaves nothing but orphans.
pub async fn erasing_a_user_leaves_nothing_but_orphans(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let node = file(store, &ada, None, "a.txt").await;
    let slug = store.create_link(&ada, node.id, None).await.unwrap().link.slug;
    store.erase_user(&ada).await.unwrap();
    assert!(matches!(store.user(&ada).await, Err(MetadataError::NotFound)));
    assert!(matches!(store.node(&ada, node.id).await, Err(MetadataError::NotFound)));
    assert!(matches!(store.open_link(&slug).await, Err(MetadataError::NotFound)));
    assert_eq!(store.orphans(Timestamp::now(), 10).await.unwrap().len(), 1);
    assert!(matches!(store.erase_user(&ada).await, Err(MetadataError::NotFound)));
}

/// Who knows of more than there is holds another history: the store was restored from a backup.
pub async fn who_knows_of_more_than_there_is_has_to_begin_anew(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    folder(store, &ada, None, "a").await;
    let newest = store.user(&ada).await.unwrap().revision;
    let ask = async |since, filling_since| {
        store.changes(&ada, &ChangesQuery { since, filling_since, limit: None }).await
    };
    let beyond = Revision(newest.0 + 1);
    assert!(matches!(ask(beyond, None).await, Err(MetadataError::ChangesExpired)));
    assert!(matches!(ask(Revision::ZERO, Some(beyond)).await, Err(MetadataError::ChangesExpired)));
    let page = ask(newest, None).await.unwrap();
    assert_eq!((page.changes.len(), page.revision, page.more), (0, newest, false));
}
