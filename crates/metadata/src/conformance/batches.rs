//! Many changes in one call.

use notespot_protocol::{Node, NodeAt, NodeEdit, NodeId, NodePatch, OnConflict, Revision};

use super::{file, folder, name, user};
use crate::{MetadataError, MetadataStore};

/// Edits in a batch see those before them; each is made or refused alone, in the order given.
pub async fn edits_in_a_batch_see_those_before_them_and_fail_alone(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let place = folder(store, &ada, None, "place").await;
    let (a, b) = (file(store, &ada, None, "a").await, file(store, &ada, None, "b").await);
    let hers = file(store, &eve, None, "hers").await;
    let rename =
        |to: &str| NodePatch { name: Some(name(to)), on_conflict: OnConflict::Fail, ..NodePatch::default() };
    let into = |parent| NodePatch { parent: Some(Some(parent)), ..NodePatch::default() };
    let tagged = NodePatch { tags: Some(vec!["x".to_owned()]), ..NodePatch::default() };
    let edit = |node: &Node, if_match, patch| NodeEdit { id: node.id, if_match, patch };
    let before = store.user(&ada).await.unwrap().revision;
    let edits = [
        edit(&b, Some(b.revision), rename("c")),
        edit(&a, None, rename("b")),
        edit(&b, Some(b.revision), rename("d")),
        edit(&hers, None, rename("mine")),
        edit(&a, None, rename("c")),
        edit(&place, None, into(place.id)),
        edit(&a, None, into(place.id)),
        edit(&a, None, NodePatch::default()),
        edit(&place, None, tagged),
    ];
    let edited = store.edit_nodes(&ada, &edits).await.unwrap();
    let done = |at: usize| edited[at].as_ref().unwrap();
    assert_eq!((done(0).name.as_str(), done(1).name.as_str()), ("c", "b"));
    assert!(matches!(edited[2], Err(MetadataError::Stale { current }) if current == done(0).revision));
    assert!(matches!(edited[3], Err(MetadataError::NotFound)));
    assert!(matches!(edited[4], Err(MetadataError::NameTaken { by }) if by == b.id));
    assert!(matches!(edited[5], Err(MetadataError::WouldMakeCycle)));
    assert_eq!((done(6).parent, done(6).name.as_str()), (Some(place.id), "b"));
    assert_eq!(done(7), done(6), "nothing was to be changed");
    assert_eq!(done(8).tags, ["x"]);
    let after = store.user(&ada).await.unwrap().revision;
    assert_eq!(after, Revision(before.0 + 4), "one revision for each change");
    for at in [0, 6, 8] {
        assert_eq!(&store.node(&ada, done(at).id).await.unwrap(), done(at), "the answer is what is kept");
    }
    assert!(store.edit_nodes(&ada, &[]).await.unwrap().is_empty());
}

/// A batch trashes, restores and deletes for ever; each is done or refused alone, in the order given.
pub async fn a_batch_trashes_restores_and_deletes_each_alone(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    let inside = file(store, &ada, Some(place.id), "inside").await;
    let other = file(store, &ada, None, "other").await;
    let at = |node: &Node| NodeAt { id: node.id, if_match: None };
    let stale = |node: &Node| NodeAt { id: node.id, if_match: Some(Revision(9999)) };
    let nobody = NodeAt { id: NodeId::generate(), if_match: None };

    let trashed = store.trash_nodes(&ada, &[at(&inside), nobody, stale(&other), at(&place)]).await.unwrap();
    assert!(trashed[0].as_ref().unwrap().trashed_at.is_some());
    assert!(matches!(trashed[1], Err(MetadataError::NotFound)));
    assert!(matches!(trashed[2], Err(MetadataError::Stale { .. })));
    assert!(trashed[3].as_ref().unwrap().trashed_at.is_some());

    let restored = store.restore_nodes(&ada, &[at(&inside), nobody, at(&place), at(&other)]).await.unwrap();
    assert_eq!(restored[0].as_ref().unwrap().parent, None, "its folder does not live yet");
    assert!(matches!(restored[1], Err(MetadataError::NotFound)));
    assert_eq!(restored[2].as_ref().unwrap().trashed_at, None);
    assert_eq!(restored[3].as_ref().unwrap(), &other, "it lives");

    let back = NodePatch { parent: Some(Some(place.id)), ..NodePatch::default() };
    store.edit_node(&ada, inside.id, &back, None).await.unwrap();
    store.trash_nodes(&ada, &[at(&inside), at(&place)]).await.unwrap();
    let asked = [at(&other), stale(&place), at(&place), at(&inside), nobody];
    let deleted = store.delete_nodes(&ada, &asked).await.unwrap();
    assert!(matches!(deleted[0], Err(MetadataError::WrongKind)));
    assert!(matches!(deleted[1], Err(MetadataError::Stale { .. })));
    assert!(deleted[2].is_ok());
    assert!(matches!(deleted[3], Err(MetadataError::NotFound)), "it went with its folder");
    assert!(matches!(deleted[4], Err(MetadataError::NotFound)));
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 100);
    assert_eq!(store.node(&ada, other.id).await.unwrap(), other);
}
