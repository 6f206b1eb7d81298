//! Public links, and what is not for others.

use futures_util::future::join_all;
use notespot_protocol::{NodePatch, Sha256, Slug};

use super::{begin, changes, file, folder, user, wanted};
use crate::links::{GivenLink, OpenedLink};
use crate::{MetadataError, MetadataStore};

/// A file has one living link, however many ask for it at once. Counting changes no revision.
pub async fn a_file_has_one_living_link(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let node = file(store, &ada, None, "a.txt").await;
    let made = join_all((0..10).map(|_| store.create_link(&ada, node.id, None))).await;
    let given: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    let slug = given[0].link.slug.clone();
    assert!(given.iter().all(|one| one.link.slug == slug));
    assert_eq!(given.iter().filter(|one| one.made).count(), 1, "one of them made it");
    let before = store.user(&ada).await.unwrap().revision;
    store.count_view(&slug).await.unwrap();
    store.count_download(&slug).await.unwrap();
    let link = store.link(&ada, &slug).await.unwrap();
    assert_eq!((link.views, link.downloads), (1, 1));
    assert_eq!(store.user(&ada).await.unwrap().revision, before);

    let other = file(store, &ada, None, "b.txt").await;
    let taken = store.create_link(&ada, other.id, Some(slug)).await;
    assert!(matches!(taken, Err(MetadataError::SlugTaken)));
    let place = folder(store, &ada, None, "place").await;
    assert!(matches!(store.create_link(&ada, place.id, None).await, Err(MetadataError::WrongKind)));
}

/// A slug that was made ahead opens what it was made for, whatever link there is already: it was given to somebody.
/// Ending one link ends them all.
pub async fn a_slug_that_was_made_ahead_opens_beside_another_link(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let node = file(store, &ada, None, "a.txt").await;
    let first = store.create_link(&ada, node.id, None).await.unwrap().link;
    let slug = Slug::generate();
    let ahead = store.create_link(&ada, node.id, Some(slug.clone())).await.unwrap();
    assert_eq!((&ahead.link.slug, ahead.made), (&slug, true));
    let known = |link| GivenLink { link, made: false };
    let asked_again = store.create_link(&ada, node.id, Some(slug.clone())).await.unwrap();
    assert_eq!(asked_again, known(ahead.link));
    let oldest = store.create_link(&ada, node.id, None).await.unwrap();
    assert_eq!(oldest, known(first.clone()), "the oldest is shown");
    for slug in [&first.slug, &slug] {
        assert!(matches!(store.open_link(slug).await.unwrap(), OpenedLink::File { .. }));
    }
    let ended = store.end_link(&ada, &first.slug).await.unwrap();
    assert!(ended.ended_at.is_some() && ended.slug == first.slug);
    for slug in [&first.slug, &slug] {
        assert_eq!(store.open_link(slug).await.unwrap(), OpenedLink::Ended);
    }
    let again = store.create_link(&ada, node.id, Some(slug.clone())).await.unwrap();
    assert!(again.link.ended_at.is_some() && !again.made, "an ended link never works again");
}

/// A link that was ended, or whose file is in the trash, opens nothing; one that never was is not there.
pub async fn a_link_that_was_ended_or_whose_file_is_trashed_opens_nothing(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let node = file(store, &ada, None, "a.txt").await;
    let slug = store.create_link(&ada, node.id, None).await.unwrap().link.slug;
    assert!(matches!(store.open_link(&slug).await.unwrap(), OpenedLink::File { .. }));
    store.trash_node(&ada, node.id, None).await.unwrap();
    assert_eq!(store.open_link(&slug).await.unwrap(), OpenedLink::Ended);
    store.restore_node(&ada, node.id, None).await.unwrap();
    let ended = store.end_link(&ada, &slug).await.unwrap();
    assert_eq!(store.end_link(&ada, &slug).await.unwrap(), ended);
    assert_eq!(store.open_link(&slug).await.unwrap(), OpenedLink::Ended);
    assert_ne!(store.create_link(&ada, node.id, None).await.unwrap().link.slug, slug);
    assert!(matches!(store.open_link(&Slug::generate()).await, Err(MetadataError::NotFound)));
}

/// What concerns others is told of files by their living links, and of folders where the owner has any.
pub async fn what_concerns_others_is_known_of_files_and_guessed_of_folders(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let place = folder(store, &ada, None, "place").await;
    let linked = file(store, &ada, Some(place.id), "linked.txt").await;
    let plain = file(store, &ada, None, "plain.txt").await;
    let eve = user(store, "eve").await;
    let hers = file(store, &eve, None, "hers.txt").await;
    store.create_link(&eve, hers.id, None).await.unwrap();
    let all = [place.id, linked.id, plain.id, hers.id];
    assert!(store.shared_among(&ada, &all).await.unwrap().is_empty(), "she has no link");
    let slug = store.create_link(&ada, linked.id, None).await.unwrap().link.slug;
    let shared = [place.id, linked.id].into();
    assert_eq!(store.shared_among(&ada, &all).await.unwrap(), shared);
    store.trash_node(&ada, linked.id, None).await.unwrap();
    assert_eq!(store.shared_among(&ada, &all).await.unwrap(), shared, "it may come back");
    store.end_link(&ada, &slug).await.unwrap();
    assert!(store.shared_among(&ada, &all).await.unwrap().is_empty());
}

/// What belongs to somebody else is not there, for every call that names it.
pub async fn what_belongs_to_somebody_else_is_not_there(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let place = folder(store, &ada, None, "place").await;
    let node = file(store, &ada, None, "a.txt").await;
    let slug = store.create_link(&ada, node.id, None).await.unwrap().link.slug;
    let upload = begin(store, &ada, &wanted(None, "b.txt", 1)).await.unwrap();

    macro_rules! not_there {
        ($($call:expr),* $(,)?) => {
            $(assert!(matches!($call.await, Err(MetadataError::NotFound)), stringify!($call));)*
        };
    }
    not_there!(
        store.node(&eve, node.id),
        store.edit_node(&eve, node.id, &NodePatch::default(), None),
        store.trash_node(&eve, node.id, None),
        store.restore_node(&eve, node.id, None),
        store.delete_node(&eve, node.id),
        store.copy_node(&eve, &super::copy_of(node.id, None)),
        store.stored_version(&eve, node.id, None),
        store.create_link(&eve, node.id, None),
        store.link(&eve, &slug),
        store.end_link(&eve, &slug),
        store.list_link(&eve, &slug, true, None),
        store.upload(&eve, upload.id),
        store.publish_upload(&eve, upload.id, Sha256::from_bytes([1; 32])),
        store.abort_upload(&eve, upload.id),
    );
    let into = begin(store, &eve, &wanted(Some(place.id), "x", 1)).await;
    assert!(matches!(into, Err(MetadataError::NoSuchParent)));
    assert!(changes(store, &eve, Default::default(), 100).await.changes.is_empty());
}
