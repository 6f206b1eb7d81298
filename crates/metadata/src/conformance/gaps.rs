//! What a reader of the feed holds while others write.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{join, join_all};
use notespot_protocol::{Node, NodeId, NodePatch, NodesQuery, OnConflict, Revision, Slug, UserId};

use super::{changes, copy_of, file, folder, list, name, publish, user, wanted};
use crate::changes::{StoredChange, StoredChanges};
use crate::links::StoredLink;
use crate::uploads::Wanted;
use crate::{MetadataError, MetadataStore};

const WRITERS: usize = 4;
const ROUNDS: usize = 3;

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Node(NodeId),
    Link(Slug),
}

/// How something stands, as the feed says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Node(Box<Node>),
    Link(StoredLink),
    Gone,
}

/// What a reader of the feed holds.
pub(super) type Held = BTreeMap<Thing, (Revision, Stand)>;

/// Takes in what the feed says.
pub(super) fn take_in(held: &mut Held, changes: &[StoredChange]) {
    for change in changes {
        let (thing, stand) = match change {
            StoredChange::Node(node) => (Thing::Node(node.id), Stand::Node(node.clone())),
            StoredChange::NodeDeleted { id, .. } => (Thing::Node(*id), Stand::Gone),
            StoredChange::Link(link) => (Thing::Link(link.slug.clone()), Stand::Link(link.clone())),
        };
        held.insert(thing, (change.revision(), stand));
    }
}

/// A change, by whoever made it, once the call had come back.
struct Done {
    thing: Thing,
    /// Its revision; where the thing is gone, one that is not before it.
    revision: Revision,
    is_gone: bool,
}

#[derive(Default)]
pub(super) struct Notes(Mutex<Vec<Done>>);

impl Notes {
    fn add(&self, thing: Thing, revision: Revision, is_gone: bool) {
        self.0.lock().unwrap().push(Done { thing, revision, is_gone });
    }

    fn node(&self, node: crate::Result<Node>) -> Node {
        let node = node.unwrap();
        self.add(Thing::Node(node.id), node.revision, false);
        node
    }

    fn link(&self, link: crate::Result<StoredLink>) -> StoredLink {
        let link = link.unwrap();
        self.add(Thing::Link(link.slug.clone()), link.revision, false);
        link
    }

    async fn gone(&self, store: &dyn MetadataStore, owner: &UserId, ids: &[NodeId]) {
        let by_now = store.user(owner).await.unwrap().revision;
        for id in ids {
            self.add(Thing::Node(*id), by_now, true);
        }
    }
}

/// Every kind of change there is, each of it to things of this writer's own.
pub(super) async fn write(store: &dyn MetadataStore, owner: &UserId, writer: usize, notes: &Notes) {
    for round in 0..ROUNDS {
        let place = notes.node(Ok(folder(store, owner, None, &format!("{writer} {round}")).await));
        let inside = notes.node(Ok(folder(store, owner, Some(place.id), "inside").await));
        let one = notes.node(Ok(file(store, owner, Some(inside.id), "one").await));
        let two = notes.node(Ok(file(store, owner, Some(inside.id), "two").await));
        let rename = NodePatch { name: Some(name("renamed")), ..NodePatch::default() };
        notes.node(store.edit_node(owner, one.id, &rename, None).await);
        let link = notes.link(store.create_link(owner, one.id, None).await.map(|given| given.link));
        let to_end = notes.link(store.create_link(owner, two.id, None).await.map(|given| given.link));
        let instead = Wanted { on_conflict: OnConflict::Replace, ..wanted(Some(inside.id), "renamed", 7) };
        notes.node(publish(store, owner, &instead).await);

        let copy = notes.node(store.copy_node(owner, &copy_of(inside.id, Some(place.id))).await);
        let copied = list(store, owner, NodesQuery { parent: Some(copy.id), ..NodesQuery::default() }).await;
        for node in &copied {
            notes.node(Ok(node.clone()));
        }
        notes.node(store.trash_node(owner, copy.id, None).await);
        notes.node(store.restore_node(owner, copy.id, None).await);

        let away =
            NodePatch { parent: Some(None), name: Some(name(&format!("{writer} {round} away"))), ..rename };
        notes.node(store.edit_node(owner, inside.id, &away, None).await);
        notes.link(store.end_link(owner, &link.slug).await);
        notes.node(store.trash_node(owner, two.id, None).await);
        store.delete_node(owner, two.id).await.unwrap();
        notes.gone(store, owner, &[two.id]).await;
        notes.link(store.link(owner, &to_end.slug).await);

        notes.node(store.trash_node(owner, place.id, None).await);
        store.delete_node(owner, place.id).await.unwrap();
        let mut gone = vec![place.id, copy.id];
        gone.extend(copied.iter().map(|node| node.id));
        notes.gone(store, owner, &gone).await;
    }
}

/// All writers at once, and then says so.
pub(super) async fn write_all(store: &dyn MetadataStore, owner: &UserId, notes: &Notes, done: &AtomicBool) {
    join_all((0..WRITERS).map(|writer| write(store, owner, writer, notes))).await;
    done.store(true, Ordering::Release);
}

/// Whatever several writers do at once, a reader that reads in small pieces holds at every moment what there was
/// at some revision: everything up to it, and at the end all that there is.
pub async fn whatever_writers_do_at_once_a_reader_holds_a_true_prefix(store: &dyn MetadataStore) {
    let ada = user(store, "ada").await;
    let (notes, done) = (Notes::default(), AtomicBool::new(false));
    let writing = write_all(store, &ada, &notes, &done);
    let pages = join(writing, read(store, &ada, &done)).await.1;
    assert!(pages.len() > 20, "only {} pages were read", pages.len());

    let mut all_done = notes.0.into_inner().unwrap();
    all_done.sort_by_key(|done| done.revision);
    let mut held = Held::new();
    let mut checked = 0;
    for page in &pages {
        take_in(&mut held, &page.changes);
        while let Some(done) = all_done.get(checked).filter(|done| done.revision <= page.revision) {
            // What has changed once more, behind this page, is told there.
            let follows = |later: &Done| later.thing == done.thing && later.revision > page.revision;
            let holds = match held.get(&done.thing) {
                Some((_, stand)) if done.is_gone => *stand == Stand::Gone,
                Some((revision, _)) => *revision >= done.revision,
                None => false,
            };
            assert!(
                holds || (!done.is_gone && all_done.iter().any(follows)),
                "at {} something is not known that happened at {}: {:?}",
                page.revision,
                done.revision,
                done.thing
            );
            checked += 1;
        }
    }
    assert_eq!(checked, all_done.len(), "the reader came to the end");
    assert!(all_done.iter().all(|done| held.contains_key(&done.thing)));
    require_what_there_is(store, &ada, &held).await;
}

async fn read(store: &dyn MetadataStore, owner: &UserId, done: &AtomicBool) -> Vec<StoredChanges> {
    let mut pages: Vec<StoredChanges> = Vec::new();
    let mut since = Revision::ZERO;
    loop {
        let is_last = done.load(Ordering::Acquire);
        let limit = 1 + u32::try_from(pages.len() % 4).unwrap();
        let page = changes(store, owner, since, limit).await;
        let revisions: Vec<_> = page.changes.iter().map(StoredChange::revision).collect();
        assert!(revisions.is_sorted_by(|one, next| one < next), "{revisions:?}");
        assert!(revisions.iter().all(|revision| *revision > since && *revision <= page.revision));
        assert!(page.changes.len() <= limit as usize && page.newest >= page.revision);
        let has_come_far = page.revision > since;
        since = page.revision;
        let ends = is_last && !page.more;
        if has_come_far {
            pages.push(page);
        }
        if ends {
            return pages;
        }
    }
}

/// What a reader holds is what the store has.
pub(super) async fn require_what_there_is(store: &dyn MetadataStore, owner: &UserId, held: &Held) {
    for (thing, (revision, stand)) in held {
        match (thing, stand) {
            (Thing::Node(id), Stand::Node(node)) => {
                assert_eq!(store.node(owner, *id).await.unwrap(), **node);
                assert_eq!(node.revision, *revision);
            }
            (Thing::Link(slug), Stand::Link(link)) => {
                assert_eq!(store.link(owner, slug).await.unwrap(), *link);
            }
            (Thing::Node(id), Stand::Gone) => {
                assert!(matches!(store.node(owner, *id).await, Err(MetadataError::NotFound)));
            }
            mixed => panic!("one thing in the place of another: {mixed:?}"),
        }
    }
}
