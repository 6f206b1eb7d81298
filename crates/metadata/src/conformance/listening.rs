//! Hearing of changes.

use std::time::Duration;

use notespot_protocol::{ByteCount, MePatch, NodePatch, Revision, UserId};
use tokio::time::timeout;

use super::{copy_of, file, folder, name, user};
use crate::MetadataStore;
use crate::listeners::Listening;

/// For a store that has to hear of it from elsewhere.
const BOUND: Duration = Duration::from_secs(20);
/// In which nothing that was told stays unheard.
const MOMENT: Duration = Duration::from_millis(50);

async fn is_told(store: &dyn MetadataStore, owner: &UserId, listening: &mut Listening) {
    let newest = store.user(owner).await.unwrap().revision;
    let hears = async { while listening.newer().await < newest {} };
    timeout(BOUND, hears).await.unwrap_or_else(|_| panic!("nobody was told of {newest}"));
}

/// Who listens is told of each change of its owner, whatever it was, and of nothing else.
pub async fn who_listens_is_told_of_each_change_of_its_owner_and_of_nobody_else_s(store: &dyn MetadataStore) {
    let (ada, eve) = (user(store, "ada").await, user(store, "eve").await);
    let mut hers = store.listen(&ada);
    let mut others = store.listen(&eve);
    macro_rules! told {
        ($change:expr) => {{
            let changed = $change.await;
            is_told(store, &ada, &mut hers).await;
            changed
        }};
    }
    let place = told!(folder(store, &ada, None, "place"));
    let leaf = told!(file(store, &ada, Some(place.id), "leaf"));
    let rename = NodePatch { name: Some(name("renamed")), ..NodePatch::default() };
    told!(store.edit_node(&ada, leaf.id, &rename, None)).unwrap();
    let link = told!(store.create_link(&ada, leaf.id, None)).unwrap().link;
    told!(store.end_link(&ada, &link.slug)).unwrap();
    let copy = told!(store.copy_node(&ada, &copy_of(place.id, None))).unwrap();
    told!(store.trash_node(&ada, place.id, None)).unwrap();
    told!(store.restore_node(&ada, place.id, None)).unwrap();
    told!(store.trash_node(&ada, place.id, None)).unwrap();
    told!(store.delete_node(&ada, place.id)).unwrap();
    told!(store.trash_node(&ada, copy.id, None)).unwrap();
    told!(store.empty_trash(&ada)).unwrap();

    store.edit_user(&ada, &MePatch { name: Some("Ada".to_owned()) }).await.unwrap();
    let refused = super::begin(store, &ada, &super::wanted(None, "x", ByteCount(u64::MAX >> 1).get())).await;
    assert!(refused.is_err());
    let mut late = store.listen(&ada);
    for listening in [&mut hers, &mut others, &mut late] {
        assert_eq!(timeout(MOMENT, listening.newer()).await.ok(), None::<Revision>);
    }
}
