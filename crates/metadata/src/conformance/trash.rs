//! Deleting for ever.

use std::time::Duration;

use notespot_protocol::{EmptiedTrash, Node, NodeAt, NodeId, NodePatch, Revision, Sha256, Timestamp, UserId};

use super::{changes, copy_of, destination, file, folder, list, name, new_folder, user, wanted};
use crate::changes::StoredChange;
use crate::nodes::DELETED_AT_ONCE;
use crate::uploads::Sent;
use crate::{MetadataError, MetadataStore};

async fn trash(store: &dyn MetadataStore, owner: &UserId, node: &Node) {
    store.trash_node(owner, node.id, None).await.unwrap();
}

/// What lies in a tree is gone before its folder: whoever reads half of it never holds a child without its
/// folder.
pub async fn what_lies_in_a_tree_is_gone_before_its_folder(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let mut made = vec![folder(store, &ada, None, "root").await];
    for (above, text) in [(0, "a"), (0, "b"), (1, "c"), (3, "d"), (2, "e")] {
        let parent = made[above].id;
        made.push(folder(store, &ada, Some(parent), text).await);
    }
    let folders: Vec<_> = made.iter().map(|node| node.id).collect();
    for parent in &folders {
        made.push(file(store, &ada, Some(*parent), "file").await);
    }
    // One that came to where it is from elsewhere, later.
    let into = NodePatch { parent: Some(Some(folders[0])), ..NodePatch::default() };
    let moved = folder(store, &ada, None, "moved").await;
    made.push(store.edit_node(&ada, moved.id, &into, None).await.unwrap());
    trash(store, &ada, &made[0]).await;
    let since = store.user(&ada).await.unwrap().revision;
    store.delete_node(&ada, made[0].id).await.unwrap();

    let mut gone: Vec<NodeId> = Vec::new();
    for change in changes(store, &ada, since, 100).await.changes {
        let StoredChange::NodeDeleted { id, .. } = change else { panic!("nothing else happened") };
        let node = made.iter().find(|node| node.id == id).unwrap();
        assert!(!node.parent.is_some_and(|parent| gone.contains(&parent)), "{} is left behind", node.name);
        gone.push(id);
    }
    assert_eq!(gone.len(), made.len());
}

/// A tree of hundreds of levels is copied, moved, trashed and deleted as any other, and never comes to lie in
/// itself.
pub async fn a_deep_tree_is_copied_moved_and_deleted(store: &dyn MetadataStore) {
    a_tree_of_many_levels(store, 256).await;
}

/// [`a_deep_tree_is_copied_moved_and_deleted`] with as many levels, a power of two. A store that is asked over a network
/// takes a way for each of them, many times.
pub async fn a_tree_of_many_levels(store: &dyn MetadataStore, all_levels: u64) {
    let ada = user(store, "ada").await;
    let root = folder(store, &ada, None, "root").await;
    let (mut deepest, mut levels) = (root.id, 1);
    while levels < all_levels {
        // Twice as deep: a copy of all of it, moved to its end.
        let copy = store.copy_node(&ada, &copy_of(root.id, None)).await.unwrap();
        let last = Revision(copy.revision.0 + levels - 2);
        let end = changes(store, &ada, last, 1).await.changes.pop().unwrap();
        let StoredChange::Node(end) = end else { panic!("not a node: {end:?}") };
        let to_the_end = NodePatch { parent: Some(Some(deepest)), ..NodePatch::default() };
        store.edit_node(&ada, copy.id, &to_the_end, None).await.unwrap();
        (deepest, levels) = (end.id, levels * 2);
    }
    let below = NodePatch { parent: Some(Some(deepest)), ..NodePatch::default() };
    let refused = store.edit_node(&ada, root.id, &below, None).await;
    assert!(matches!(refused, Err(MetadataError::WouldMakeCycle)), "{refused:?}");
    let refused = store.copy_node(&ada, &copy_of(root.id, Some(deepest))).await;
    assert!(matches!(refused, Err(MetadataError::WouldMakeCycle)), "{refused:?}");
    trash(store, &ada, &root).await;
    let refused = store.create_folder(&ada, &new_folder(Some(deepest), "x")).await;
    assert!(matches!(refused, Err(MetadataError::NoSuchParent)), "{refused:?}");
    let before = store.user(&ada).await.unwrap().revision;
    store.delete_node(&ada, root.id).await.unwrap();
    assert!(matches!(store.node(&ada, deepest).await, Err(MetadataError::NotFound)));
    assert_eq!(store.user(&ada).await.unwrap().revision, Revision(before.0 + all_levels));
}

/// The trash is emptied in steps: no more goes at once than others can wait for, and what lives stays.
pub async fn the_trash_is_emptied_in_steps_and_nothing_else_goes(store: &dyn MetadataStore) {
    const FILES: usize = 100;
    const COPIES: usize = 50;
    let ada = user(store, "ada").await;
    let (place, kept) = (folder(store, &ada, None, "place").await, folder(store, &ada, None, "kept").await);
    let planned: Vec<_> =
        (0..FILES).map(|at| (wanted(Some(place.id), &at.to_string(), 100), destination())).collect();
    let begun = store.begin_uploads(&ada, &planned).await.unwrap();
    let sent = |id| Sent { id, sha256: Sha256::from_bytes([7; 32]), is_vouched: true };
    let sent: Vec<_> = begun.into_iter().map(|upload| sent(upload.unwrap().id)).collect();
    store.publish_uploads(&ada, &sent).await.unwrap();
    let asked: Vec<_> = (0..COPIES).map(|_| copy_of(place.id, Some(kept.id))).collect();
    let copied = store.copy_nodes(&ada, &asked).await.unwrap();
    // Some by themselves, of which one lies in another one that is in the trash.
    let [first, second, rest @ ..] = copied.as_slice() else { panic!("nothing was copied") };
    let inside =
        notespot_protocol::NodesQuery { parent: Some(first.as_ref().unwrap().id), ..Default::default() };
    let single = list(store, &ada, inside).await.remove(0);
    let lives = folder(store, &ada, None, "lives").await;
    let stays = NodePatch { parent: Some(Some(lives.id)), ..NodePatch::default() };
    store.edit_node(&ada, second.as_ref().unwrap().id, &stays, None).await.unwrap();
    for node in [&single, first.as_ref().unwrap(), rest[0].as_ref().unwrap(), &kept, &place] {
        trash(store, &ada, node).await;
    }

    let (mut steps, mut deleted) = (0, 0);
    loop {
        let emptied = store.empty_trash(&ada).await.unwrap();
        assert!(emptied.deleted as usize <= DELETED_AT_ONCE, "{emptied:?}");
        (steps, deleted) = (steps + 1, deleted + emptied.deleted as usize);
        if !emptied.more {
            break;
        }
    }
    // The original and all copies but one, and the folder that they were in.
    assert_eq!(deleted, COPIES * (FILES + 1) + 1);
    assert!((2..5).contains(&steps), "{steps} steps");
    assert_eq!(store.empty_trash(&ada).await.unwrap(), EmptiedTrash { deleted: 0, more: false });
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 100 * FILES as u64);
    assert!(store.orphans(Timestamp::now(), 10).await.unwrap().is_empty(), "what lives has all of it");

    trash(store, &ada, &lives).await;
    let lives = NodeAt { id: lives.id, if_match: None };
    store.delete_nodes(&ada, &[lives]).await.unwrap().remove(0).unwrap();
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 0);
    assert_eq!(store.orphans(Timestamp::now(), 1000).await.unwrap().len(), FILES);
}

/// What was in the trash for long is swept, of all owners; what came later, and what lives, stays.
pub async fn what_was_in_the_trash_for_long_is_swept(store: &dyn MetadataStore) {
    let mut left = Vec::new();
    for who in ["ada", "eve"] {
        let owner = user(store, who).await;
        let place = folder(store, &owner, None, "place").await;
        let leaf = file(store, &owner, Some(place.id), "leaf").await;
        let lives = file(store, &owner, None, "lives").await;
        let back = file(store, &owner, None, "back").await;
        for node in [&leaf, &place, &back] {
            trash(store, &owner, node).await;
        }
        store.restore_node(&owner, back.id, None).await.unwrap();
        left.push((owner, place, leaf, lives, back));
    }
    let hour = Duration::from_hours(1);
    let nothing = EmptiedTrash { deleted: 0, more: false };
    assert_eq!(store.sweep_trash(Timestamp::now().minus(hour)).await.unwrap(), nothing);
    let swept = store.sweep_trash(Timestamp::now().plus(hour)).await.unwrap();
    assert_eq!(swept, EmptiedTrash { deleted: 4, more: false });
    assert_eq!(store.sweep_trash(Timestamp::now().plus(hour)).await.unwrap(), nothing);
    for (owner, place, leaf, lives, back) in left {
        for gone in [place, leaf] {
            assert!(matches!(store.node(&owner, gone.id).await, Err(MetadataError::NotFound)));
        }
        assert_eq!(store.node(&owner, lives.id).await.unwrap(), lives);
        assert_eq!(store.node(&owner, back.id).await.unwrap().name, name("back"));
        assert_eq!(store.user(&owner).await.unwrap().used.get(), 200);
    }
    assert_eq!(store.orphans(Timestamp::now(), 10).await.unwrap().len(), 2);
}
