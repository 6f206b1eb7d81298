//! Copies.

use notespot_protocol::{ChangesQuery, CopyNode, Node, NodeId, NodesQuery, OnConflict, Timestamp, UserId};

use super::{QUOTA, copy_of, file, folder, list, name, names_of, new_folder, publish, user, wanted};
use crate::changes::StoredChange;
use crate::{MetadataError, MetadataStore};

async fn object_of(store: &dyn MetadataStore, owner: &UserId, node: NodeId) -> String {
    store.stored_version(owner, node, None).await.unwrap().1.object_key
}

async fn children(store: &dyn MetadataStore, owner: &UserId, parent: NodeId) -> Vec<Node> {
    list(store, owner, NodesQuery { parent: Some(parent), ..NodesQuery::default() }).await
}

/// A copy is a file of its own: with the description, the tags and the content of the original, numbered where
/// its name is taken, and without a link. It shares the object, which goes with the last of the two.
pub async fn a_copy_is_a_file_of_its_own_that_shares_its_object(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let original = file(store, &ada, None, "a.txt").await;
    let patch = notespot_protocol::NodePatch {
        description: Some("Mine".to_owned()),
        tags: Some(vec!["x".to_owned(), "y".to_owned()]),
        ..Default::default()
    };
    let original = store.edit_node(&ada, original.id, &patch, None).await.unwrap();
    let link = store.create_link(&ada, original.id, None).await.unwrap().link;
    let before = store.user(&ada).await.unwrap();
    let copy = store.copy_node(&ada, &copy_of(original.id, None)).await.unwrap();
    assert_eq!(copy.name.as_str(), "a (2).txt");
    assert_eq!((&copy.description, &copy.tags), (&original.description, &original.tags));
    let (mine, theirs) = (copy.content.as_ref().unwrap(), original.content.as_ref().unwrap());
    assert_ne!((copy.id, mine.version), (original.id, theirs.version));
    assert_eq!(
        (mine.size, mine.sha256, &mine.content_type),
        (theirs.size, theirs.sha256, &theirs.content_type)
    );
    let after = store.user(&ada).await.unwrap();
    assert_eq!((after.used.get() - before.used.get(), after.revision.0 - before.revision.0), (100, 1));
    assert_eq!(store.node(&ada, copy.id).await.unwrap(), copy);
    assert_eq!(object_of(store, &ada, copy.id).await, object_of(store, &ada, original.id).await);
    assert_ne!(store.create_link(&ada, copy.id, None).await.unwrap().link.slug, link.slug);

    for (node, orphans) in [(original.id, 0), (copy.id, 1)] {
        store.trash_node(&ada, node, None).await.unwrap();
        store.delete_node(&ada, node).await.unwrap();
        assert_eq!(store.orphans(Timestamp::now(), 10).await.unwrap().len(), orphans);
    }
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 0);
}

/// A folder is copied with everything that lives in it, in one step; folders come before what is in them.
pub async fn a_folder_is_copied_with_everything_that_lives_in_it(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let outer = folder(store, &ada, None, "outer").await;
    let inner = folder(store, &ada, Some(outer.id), "inner").await;
    folder(store, &ada, Some(outer.id), "empty").await;
    let leaf = file(store, &ada, Some(inner.id), "leaf").await;
    // Older than the folder that it is in by now.
    let early = file(store, &ada, None, "early").await;
    let late = folder(store, &ada, Some(inner.id), "late").await;
    let into = notespot_protocol::NodePatch { parent: Some(Some(late.id)), ..Default::default() };
    store.edit_node(&ada, early.id, &into, None).await.unwrap();
    let trashed = folder(store, &ada, Some(inner.id), "trashed").await;
    file(store, &ada, Some(trashed.id), "dead").await;
    store.trash_node(&ada, trashed.id, None).await.unwrap();

    let before = store.user(&ada).await.unwrap();
    let place = folder(store, &ada, None, "place").await;
    let copy = store.copy_node(&ada, &copy_of(outer.id, Some(place.id))).await.unwrap();
    assert_eq!((copy.name.as_str(), copy.parent), ("outer", Some(place.id)));
    let top = children(store, &ada, copy.id).await;
    assert_eq!(names_of(&top), ["empty", "inner"]);
    let inside = children(store, &ada, top[1].id).await;
    assert_eq!(names_of(&inside), ["late", "leaf"]);
    assert_eq!(names_of(&children(store, &ada, inside[0].id).await), ["early"]);
    assert_eq!(object_of(store, &ada, inside[1].id).await, object_of(store, &ada, leaf.id).await);
    let after = store.user(&ada).await.unwrap();
    assert_eq!((after.used.get() - before.used.get(), after.revision.0 - before.revision.0), (200, 7));

    let query = ChangesQuery { since: place.revision, ..ChangesQuery::default() };
    let mut known = vec![place.id];
    for change in store.changes(&ada, &query).await.unwrap().changes {
        let StoredChange::Node(node) = change else { panic!("only nodes were made") };
        assert!(known.contains(&node.parent.unwrap()), "{} comes before its folder", node.name);
        known.push(node.id);
    }
    assert_eq!(known.len(), 7);
    assert_eq!(names_of(&children(store, &ada, outer.id).await), ["empty", "inner"], "the original stays");
}

/// A copy is refused into itself or below, where it does not fit, of what does not live, to what is no living
/// folder, and under a name that is taken where that was asked for. Each fails alone, and changes nothing.
pub async fn a_copy_is_refused_into_itself_beyond_the_quota_and_of_what_does_not_live(
    store: &dyn MetadataStore,
) {
    let ada = user(store, "ada").await;
    let outer = folder(store, &ada, None, "outer").await;
    let inner = folder(store, &ada, Some(outer.id), "inner").await;
    let large = publish(store, &ada, &wanted(Some(inner.id), "large", QUOTA.get() / 2 + 1)).await.unwrap();
    let small = file(store, &ada, None, "small").await;
    let dead = folder(store, &ada, None, "dead").await;
    let inside = file(store, &ada, Some(dead.id), "inside").await;
    store.trash_node(&ada, dead.id, None).await.unwrap();
    let before = store.user(&ada).await.unwrap();
    let replacing = |on_conflict| CopyNode { on_conflict, ..copy_of(small.id, None) };
    let asked = [
        copy_of(outer.id, Some(outer.id)),
        copy_of(outer.id, Some(inner.id)),
        copy_of(outer.id, None),
        copy_of(large.id, None),
        copy_of(inside.id, None),
        copy_of(dead.id, None),
        copy_of(small.id, Some(dead.id)),
        copy_of(small.id, Some(large.id)),
        replacing(OnConflict::Fail),
        replacing(OnConflict::Replace),
        copy_of(NodeId::generate(), None),
        copy_of(small.id, None),
    ];
    let copied = store.copy_nodes(&ada, &asked).await.unwrap();
    for (at, refused) in copied.iter().enumerate().take(asked.len() - 1) {
        let is_right = match refused {
            Err(MetadataError::WouldMakeCycle) => at < 2,
            Err(MetadataError::QuotaExceeded) => (2..4).contains(&at),
            Err(MetadataError::NotFound) => at == 4 || at == 5 || at == 10,
            Err(MetadataError::NoSuchParent) => at == 6 || at == 7,
            Err(MetadataError::NameTaken { by }) => (at == 8 || at == 9) && *by == small.id,
            _ => false,
        };
        assert!(is_right, "{at}: {refused:?}");
    }
    assert_eq!(copied.last().unwrap().as_ref().unwrap().name, name("small (2)"));
    let after = store.user(&ada).await.unwrap();
    assert_eq!((after.used.get() - before.used.get(), after.revision.0 - before.revision.0), (100, 1));

    // What is on its way has its place already.
    let rest = QUOTA.get() - after.used.get();
    super::begin(store, &ada, &wanted(None, "coming", rest - 50)).await.unwrap();
    let refused = store.copy_node(&ada, &copy_of(small.id, None)).await;
    assert!(matches!(refused, Err(MetadataError::QuotaExceeded)));
}

/// The same copy asked for twice is one copy, within one call too.
pub async fn the_same_copy_asked_for_twice_is_one_copy(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    file(store, &ada, Some(place.id), "a").await;
    let wanted = copy_of(place.id, None);
    let twice = store.copy_nodes(&ada, &[wanted.clone(), wanted.clone()]).await.unwrap();
    let first = twice[0].as_ref().unwrap();
    assert_eq!(first, twice[1].as_ref().unwrap());
    assert_eq!(&store.copy_node(&ada, &wanted).await.unwrap(), first);
    let top = list(store, &ada, NodesQuery::default()).await;
    assert_eq!(names_of(&top), ["place", "place (2)"]);
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 200);
    let other = store.create_folder(&ada, &new_folder(None, "other")).await.unwrap();
    assert_ne!(&other, first);
}
