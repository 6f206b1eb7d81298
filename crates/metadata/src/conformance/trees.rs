//! Folders and what lies in them.

use notespot_protocol::{NodePatch, NodesQuery, NodesView, Order, Revision, SortKey, Timestamp, UserId};

use super::{file, folder, list, name, names_of, publish, user, wanted};
use crate::links::OpenedLink;
use crate::orphans::COMES_BACK_WITHIN;
use crate::{MetadataError, MetadataStore};

/// A change to another revision than the one that is known changes nothing.
pub async fn a_stale_revision_changes_nothing(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let before = file(store, &ada, None, "a.txt").await;
    let rename = NodePatch { name: Some(name("b.txt")), ..NodePatch::default() };
    let stale = store.edit_node(&ada, before.id, &rename, Some(Revision(before.revision.0 - 1))).await;
    assert!(matches!(stale, Err(MetadataError::Stale { current }) if current == before.revision));
    assert_eq!(store.node(&ada, before.id).await.unwrap(), before);
    let after = store.edit_node(&ada, before.id, &rename, Some(before.revision)).await.unwrap();
    assert_eq!(after.name.as_str(), "b.txt");
    assert!(after.revision > before.revision);
}

/// A folder cannot be moved into itself, nor to a place that is no living folder.
pub async fn a_folder_cannot_be_moved_into_itself(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let outer = folder(store, &ada, None, "outer").await;
    let inner = folder(store, &ada, Some(outer.id), "inner").await;
    let leaf = file(store, &ada, None, "leaf").await;
    let to = |parent| NodePatch { parent: Some(Some(parent)), ..NodePatch::default() };
    for place in [outer.id, inner.id] {
        let refused = store.edit_node(&ada, outer.id, &to(place), None).await;
        assert!(matches!(refused, Err(MetadataError::WouldMakeCycle)), "{refused:?}");
    }
    let refused = store.edit_node(&ada, inner.id, &to(leaf.id), None).await;
    assert!(matches!(refused, Err(MetadataError::NoSuchParent)), "{refused:?}");
}

/// What lies in a trashed folder does not live: not in searches, not among recent files, not for links
/// and not as a place.
pub async fn what_lies_in_a_trashed_folder_does_not_live(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let outer = folder(store, &ada, None, "outer").await;
    let inner = folder(store, &ada, Some(outer.id), "inner").await;
    let leaf = file(store, &ada, Some(inner.id), "leaf.txt").await;
    let link = store.create_link(&ada, leaf.id, None).await.unwrap().link;
    store.trash_node(&ada, outer.id, None).await.unwrap();

    let view = |view, text: &str| NodesQuery { view, text: Some(text.to_owned()), ..NodesQuery::default() };
    assert!(list(store, &ada, view(NodesView::Search, "leaf")).await.is_empty());
    assert!(list(store, &ada, view(NodesView::Recent, "")).await.is_empty());
    assert_eq!(names_of(&list(store, &ada, view(NodesView::Trash, "")).await), ["outer"]);
    assert_eq!(store.open_link(&link.slug).await.unwrap(), OpenedLink::Ended);
    assert!(matches!(store.create_link(&ada, leaf.id, None).await, Err(MetadataError::NotFound)));
    let refused = super::begin(store, &ada, &wanted(Some(inner.id), "x", 1)).await;
    assert!(matches!(refused, Err(MetadataError::NoSuchParent)));

    store.restore_node(&ada, outer.id, None).await.unwrap();
    assert_eq!(list(store, &ada, view(NodesView::Search, "LEAF")).await.len(), 1);
    assert!(matches!(store.open_link(&link.slug).await.unwrap(), OpenedLink::File { .. }));
}

/// What was trashed comes back to where it was, or to the top where that place is gone; numbered where
/// its name is taken by now.
pub async fn what_was_trashed_comes_back_to_a_place_that_lives(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    let leaf = file(store, &ada, Some(place.id), "leaf.txt").await;
    store.trash_node(&ada, leaf.id, None).await.unwrap();
    file(store, &ada, Some(place.id), "leaf.txt").await;
    let back = store.restore_node(&ada, leaf.id, None).await.unwrap();
    assert_eq!((back.parent, back.name.as_str()), (Some(place.id), "leaf (2).txt"));

    store.trash_node(&ada, leaf.id, None).await.unwrap();
    store.trash_node(&ada, place.id, None).await.unwrap();
    let back = store.restore_node(&ada, leaf.id, None).await.unwrap();
    assert_eq!(back.parent, None);
}

/// What is deleted for ever leaves tombstones and orphans, ends its links, and uses nothing any more.
/// What lives cannot be deleted for ever.
pub async fn what_is_deleted_for_ever_leaves_tombstones_orphans_and_no_usage(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    let leaf = file(store, &ada, Some(place.id), "leaf.txt").await;
    let link = store.create_link(&ada, leaf.id, None).await.unwrap().link;
    assert!(matches!(store.delete_node(&ada, place.id).await, Err(MetadataError::WrongKind)));
    store.trash_node(&ada, place.id, None).await.unwrap();
    store.delete_node(&ada, place.id).await.unwrap();
    for gone in [place.id, leaf.id] {
        assert!(matches!(store.node(&ada, gone).await, Err(MetadataError::NotFound)));
    }
    assert!(store.link(&ada, &link.slug).await.unwrap().ended_at.is_some());
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 0);
    let now = Timestamp::now();
    let orphans = store.orphans(now, 10).await.unwrap();
    assert_eq!(orphans.len(), 1);
    store.orphan_removed(now, &orphans[0].object_key).await.unwrap();
    assert!(store.orphans(now, 10).await.unwrap().is_empty());
    // A presigned request that was still good may have put it again.
    let later = Timestamp::now().plus(COMES_BACK_WITHIN);
    assert_eq!(store.orphans(later, 10).await.unwrap(), orphans);
    store.orphan_removed(later, &orphans[0].object_key).await.unwrap();
    assert!(store.orphans(later, 10).await.unwrap().is_empty());
}

/// Pages have no gaps and no repeats, in every order of every view; a cursor of another list is refused.
pub async fn pages_have_no_gaps_and_no_repeats(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    for number in 0..7 {
        let mut made = vec![folder(store, &ada, None, &format!("folder {number}")).await];
        let sized = |text: &str| wanted(None, &format!("{text} {number}"), 100 + number % 3);
        made.push(publish(store, &ada, &sized("file")).await.unwrap());
        made.push(folder(store, &ada, None, &format!("folder in the trash {number}")).await);
        made.push(publish(store, &ada, &sized("file in the trash")).await.unwrap());
        for node in &made[2..] {
            store.trash_node(&ada, node.id, None).await.unwrap();
        }
    }
    for view in [NodesView::Folder, NodesView::Trash, NodesView::Search, NodesView::Recent] {
        for sort in [SortKey::Name, SortKey::Size, SortKey::Modified] {
            for order in [Order::Ascending, Order::Descending] {
                let text = Some("E".to_owned());
                let query = NodesQuery { view, sort, order, text, limit: Some(3), ..NodesQuery::default() };
                require_pages(store, &ada, query).await;
            }
        }
    }
}

async fn require_pages(store: &dyn MetadataStore, owner: &UserId, mut query: NodesQuery) {
    let whole = list(store, owner, NodesQuery { limit: None, ..query.clone() }).await;
    let mut paged = Vec::new();
    loop {
        let page = store.list_nodes(owner, &query).await.unwrap();
        paged.extend(page.items);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(paged, whole, "{query:?}");
    if query.view == NodesView::Recent {
        assert_eq!(paged.len(), 7);
    } else {
        assert_eq!(paged.len(), 14, "{query:?}");
        assert!(names_of(&paged)[..7].iter().all(|name| name.starts_with("folder")), "{query:?}");
    }
    let elsewhere = if query.view == NodesView::Trash { NodesView::Folder } else { NodesView::Trash };
    let refused = store.list_nodes(owner, &NodesQuery { view: elsewhere, ..query }).await;
    assert!(matches!(refused, Err(MetadataError::BadCursor)));
}
