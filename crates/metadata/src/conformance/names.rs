//! Names among siblings.

use futures_util::future::join_all;
use notespot_protocol::{NewFolder, NodeId, NodePatch, OnConflict};

use super::{file, folder, list, name, names_of, new_folder, publish, user, wanted};
use crate::{MetadataError, MetadataStore};

/// A name that is taken is numbered, refused or replaced, as was asked for.
pub async fn a_name_that_is_taken_is_numbered_refused_or_replaced(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let first = file(store, &ada, None, "report.pdf").await;
    assert_eq!(file(store, &ada, None, "report.pdf").await.name.as_str(), "report (2).pdf");
    assert_eq!(file(store, &ada, None, "report.pdf").await.name.as_str(), "report (3).pdf");

    let mut again = wanted(None, "report.pdf", 50);
    again.on_conflict = OnConflict::Fail;
    let refused = publish(store, &ada, &again).await;
    assert!(matches!(refused, Err(MetadataError::NameTaken { by }) if by == first.id));

    let mut instead = wanted(None, "report.pdf", 60);
    instead.on_conflict = OnConflict::Replace;
    let replaced = publish(store, &ada, &instead).await.unwrap();
    assert_eq!(replaced.id, first.id);
    assert_ne!(replaced.content.unwrap().version, first.content.unwrap().version);
    assert_eq!(store.user(&ada).await.unwrap().used.get(), 360, "all versions count");
}

/// Names are the same in every Unicode form, and kept as they were given.
pub async fn names_are_the_same_in_every_unicode_form(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    folder(store, &ada, None, "Mu\u{308}ller").await;
    let refused = store.create_folder(&ada, &new_folder(None, "M\u{fc}ller")).await;
    assert!(matches!(refused, Err(MetadataError::NameTaken { .. })));
    let nodes = list(store, &ada, Default::default()).await;
    assert_eq!(names_of(&nodes), ["Mu\u{308}ller"]);
}

/// The same folder asked for twice is one folder.
pub async fn the_same_folder_asked_for_twice_is_one_folder(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let wanted = new_folder(None, "Papers");
    let first = store.create_folder(&ada, &wanted).await.unwrap();
    assert_eq!(store.create_folder(&ada, &wanted).await.unwrap(), first);
}

/// A folder has the id that its client made ahead. No other node has it, whoever it belongs to, and none gets it
/// again when it is gone.
pub async fn a_folder_has_the_id_that_its_client_made_and_no_other_node_has_it(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let id = Some(NodeId::generate());
    let made_offline = NewFolder { id, ..new_folder(None, "Papers") };
    let made = store.create_folder(&ada, &made_offline).await.unwrap();
    assert_eq!(Some(made.id), id);
    assert_eq!(store.create_folder(&ada, &made_offline).await.unwrap(), made);
    let taken = |outcome| matches!(outcome, Err(MetadataError::ReferenceTaken));
    let other = NewFolder { id, ..new_folder(None, "Other") };
    assert!(taken(store.create_folder(&ada, &other).await));
    assert!(taken(store.create_folder(&eve, &other).await));
    let of_a_file = Some(file(store, &eve, None, "a.txt").await.id);
    assert!(taken(store.create_folder(&ada, &NewFolder { id: of_a_file, ..other.clone() }).await));
    store.trash_node(&ada, made.id, None).await.unwrap();
    assert!(taken(store.create_folder(&ada, &other).await));
    store.delete_node(&ada, made.id).await.unwrap();
    assert!(taken(store.create_folder(&ada, &other).await));
    assert!(taken(store.create_folder(&ada, &made_offline).await), "a retry brings nothing back");
    assert!(list(store, &ada, Default::default()).await.is_empty());
}

/// A folder that is there can be used again: it is the answer, and nothing is made. A file of that
/// name is in the way all the same.
pub async fn a_folder_that_is_there_can_be_used_again(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let again = |text| NewFolder { reuse: true, ..new_folder(None, text) };
    let first = store.create_folder(&ada, &again("Papers")).await.unwrap();
    assert_eq!(store.create_folder(&ada, &again("Papers")).await.unwrap(), first);
    assert_eq!(store.user(&ada).await.unwrap().revision, first.revision, "nothing was changed");
    file(store, &ada, None, "a.txt").await;
    let refused = store.create_folder(&ada, &again("a.txt")).await;
    assert!(matches!(refused, Err(MetadataError::NameTaken { .. })));
}

/// Many of one name at once all get a name, each another.
pub async fn many_of_one_name_at_once_all_get_a_name(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    join_all((0..40).map(|_| file(store, &ada, None, "a.txt"))).await;
    let nodes = list(store, &ada, Default::default()).await;
    let names: std::collections::BTreeSet<_> = names_of(&nodes).into_iter().collect();
    assert_eq!(names.len(), 40);
    let taken =
        NodePatch { name: Some(name("a.txt")), on_conflict: OnConflict::Fail, ..NodePatch::default() };
    let other = nodes.iter().find(|node| node.name.as_str() != "a.txt").unwrap();
    let refused = store.edit_node(&ada, other.id, &taken, None).await;
    assert!(matches!(refused, Err(MetadataError::NameTaken { .. })));
}
