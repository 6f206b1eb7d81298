//! The index beside a model that works everything out the long way, over drawn sequences of changes.

use std::collections::BTreeMap;

use notespot_protocol::window::{FolderContents, ViewSort};
use notespot_protocol::{
    ByteCount, Change, ChangeKind, ChangesPage, Content, Node, NodeId, NodeKind, NodeName, Order, PublicLink,
    Revision, Sha256, Slug, Timestamp, VersionId,
};
use proptest::prelude::*;
use proptest::sample::Index as Pick;

use super::super::{Library, open};
use super::{Index, Source};

mod kept;

/// One thing that happens at the server.
#[derive(Clone, Debug)]
enum Step {
    Folder {
        parent: Pick,
        name: u8,
    },
    File {
        parent: Pick,
        name: u8,
        size: u16,
    },
    Move {
        node: Pick,
        parent: Pick,
    },
    Rename {
        node: Pick,
        name: u8,
    },
    Trash {
        node: Pick,
    },
    Restore {
        node: Pick,
    },
    Delete {
        node: Pick,
    },
    Link {
        node: Pick,
    },
    EndLink {
        node: Pick,
    },
    /// The person keeps something available offline, or no longer.
    Keep {
        node: Pick,
        wanted: bool,
    },
    /// The client hears of everything so far.
    Sync,
    /// The client begins anew from its file.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let pick = any::<Pick>;
    prop_oneof![
        2 => (pick(), 0..40_u8).prop_map(|(parent, name)| Step::Folder { parent, name }),
        3 => (pick(), 0..40_u8, any::<u16>()).prop_map(|(parent, name, size)| Step::File { parent, name, size }),
        3 => (pick(), pick()).prop_map(|(node, parent)| Step::Move { node, parent }),
        2 => (pick(), 0..40_u8).prop_map(|(node, name)| Step::Rename { node, name }),
        2 => pick().prop_map(|node| Step::Trash { node }),
        1 => pick().prop_map(|node| Step::Restore { node }),
        1 => pick().prop_map(|node| Step::Delete { node }),
        1 => pick().prop_map(|node| Step::Link { node }),
        1 => pick().prop_map(|node| Step::EndLink { node }),
        2 => (pick(), any::<bool>()).prop_map(|(node, wanted)| Step::Keep { node, wanted }),
        2 => Just(Step::Sync),
        1 => Just(Step::Reopen),
    ]
}

/// Names that sort by more than their letters.
fn name(drawn: u8) -> String {
    let stem = ["file", "File", "f\u{ef}le", "\u{c4}pfel", "apfel", "z"][usize::from(drawn) % 6];
    format!("{stem} {}", u32::from(drawn / 6) * 4)
}

/// The server's side: what there is, and what the client has not heard.
#[derive(Default)]
struct Model {
    nodes: BTreeMap<NodeId, Node>,
    links: BTreeMap<NodeId, PublicLink>,
    /// In their order.
    pins: Vec<NodeId>,
    revision: u64,
    unheard: BTreeMap<u64, ChangeKind>,
}

impl Model {
    fn next(&mut self) -> Revision {
        self.revision += 1;
        Revision(self.revision)
    }

    fn any(&self, pick: Pick) -> Option<NodeId> {
        (!self.nodes.is_empty()).then(|| *pick.get(&self.nodes.keys().copied().collect::<Vec<_>>()))
    }

    /// A folder, or the top level.
    fn any_folder(&self, pick: Pick) -> Option<NodeId> {
        let folders =
            self.nodes.values().filter(|node| node.kind == NodeKind::Folder).map(|node| Some(node.id));
        *pick.get(&std::iter::once(None).chain(folders).collect::<Vec<_>>())
    }

    fn is_inside(&self, mut folder: Option<NodeId>, node: NodeId) -> bool {
        while let Some(id) = folder {
            if id == node {
                return true;
            }
            folder = self.nodes.get(&id).and_then(|node| node.parent);
        }
        false
    }

    fn put(&mut self, mut node: Node) {
        self.unheard
            .retain(|_, change| !matches!(change, ChangeKind::Node { node: old } if old.id == node.id));
        node.revision = self.next();
        self.unheard.insert(self.revision, ChangeKind::Node { node: node.clone() });
        self.nodes.insert(node.id, node);
    }

    fn make(&mut self, parent: Option<NodeId>, drawn: u8, size: Option<u16>) {
        let content = size.map(|size| Content {
            version: VersionId::generate(),
            size: ByteCount(size.into()),
            content_type: "text/plain".into(),
            sha256: Sha256::from_bytes([0; 32]),
            uploaded_at: Timestamp::from_millis(0),
        });
        self.put(Node {
            id: NodeId::generate(),
            parent,
            kind: if content.is_some() { NodeKind::File } else { NodeKind::Folder },
            name: NodeName::new(name(drawn)).unwrap(),
            description: String::new(),
            tags: Vec::new(),
            content,
            created_at: Timestamp::from_millis(0),
            modified_at: Timestamp::from_millis(i64::from(drawn)),
            trashed_at: None,
            revision: Revision::ZERO,
        });
    }

    fn delete(&mut self, id: NodeId) {
        let below: Vec<_> =
            self.nodes.values().filter(|node| node.parent == Some(id)).map(|node| node.id).collect();
        for id in below {
            self.delete(id);
        }
        self.unheard.retain(|_, change| !matches!(change, ChangeKind::Node { node } if node.id == id));
        self.next();
        self.unheard.insert(self.revision, ChangeKind::NodeDeleted { id });
        self.nodes.remove(&id);
        self.links.remove(&id);
    }

    fn link(&mut self, id: NodeId, is_ended: bool) {
        let made = || PublicLink {
            slug: Slug::generate(),
            url: String::new(),
            node: id,
            created_at: Timestamp::from_millis(0),
            ended_at: None,
            views: 0,
            downloads: 0,
            listed: false,
            revision: Revision::ZERO,
        };
        let mut link = match self.links.remove(&id) {
            Some(link) => link,
            None if is_ended => return,
            None => made(),
        };
        self.unheard
            .retain(|_, change| !matches!(change, ChangeKind::Link { link: old } if old.slug == link.slug));
        link.ended_at = is_ended.then(|| Timestamp::from_millis(1));
        link.revision = self.next();
        self.unheard.insert(self.revision, ChangeKind::Link { link: link.clone() });
        if !is_ended {
            self.links.insert(id, link);
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Folder { parent, name } => self.make(self.any_folder(parent), name, None),
            Step::File { parent, name, size } => self.make(self.any_folder(parent), name, Some(size)),
            Step::Move { node, parent } => {
                let (Some(id), parent) = (self.any(node), self.any_folder(parent)) else { return };
                if !self.is_inside(parent, id) {
                    self.put(Node { parent, ..self.nodes[&id].clone() });
                }
            }
            Step::Rename { node, name: drawn } => {
                let Some(id) = self.any(node) else { return };
                let name = NodeName::new(name(drawn)).unwrap();
                self.put(Node { name, ..self.nodes[&id].clone() });
            }
            Step::Trash { node } => {
                let Some(id) = self.any(node) else { return };
                self.put(Node { trashed_at: Some(Timestamp::from_millis(9)), ..self.nodes[&id].clone() });
            }
            Step::Restore { node } => {
                let Some(id) = self.any(node) else { return };
                self.put(Node { trashed_at: None, ..self.nodes[&id].clone() });
            }
            Step::Delete { node } => {
                if let Some(id) = self.any(node) {
                    self.delete(id);
                }
            }
            Step::Link { node } => {
                if let Some(id) = self.any(node) {
                    self.link(id, false);
                }
            }
            Step::EndLink { node } => {
                if let Some(id) = self.any(node) {
                    self.link(id, true);
                }
            }
            Step::Keep { .. } | Step::Sync | Step::Reopen => {}
        }
    }

    fn lives(&self, node: &Node) -> bool {
        let above = node.parent.and_then(|id| self.nodes.get(&id));
        node.trashed_at.is_none() && above.is_none_or(|folder| self.lives(folder))
    }

    fn contents(&self, folder: Option<NodeId>) -> FolderContents {
        let mut contents = FolderContents::default();
        for node in self.nodes.values().filter(|node| node.parent == folder && node.trashed_at.is_none()) {
            contents.items += 1;
            let below = match &node.content {
                Some(content) => FolderContents { items: 0, files: 1, bytes: content.size },
                None => self.contents(Some(node.id)),
            };
            contents.files += below.files;
            contents.bytes = contents.bytes + below.bytes;
        }
        contents
    }
}

async fn sync(library: &Library, model: &mut Model, page: usize) {
    let changes: Vec<_> = std::mem::take(&mut model.unheard)
        .into_iter()
        .map(|(revision, kind)| Change { revision: Revision(revision), kind })
        .collect();
    for (number, some) in changes.chunks(page).enumerate() {
        let more = (number + 1) * page < changes.len();
        let revision = if more { some[some.len() - 1].revision } else { Revision(model.revision) };
        let newest = Revision(model.revision);
        library.apply_page(ChangesPage { changes: some.to_vec(), revision, newest, more }).await.unwrap();
    }
}

async fn listed(library: &Library, source: Source, sort: ViewSort, order: Order) -> Vec<NodeId> {
    let listing = library.clone();
    let list = move |connection: &rusqlite::Connection| {
        listing.index().as_ref().unwrap().list(&source, sort, order, connection)
    };
    let numbers = library.database.read(list).await.unwrap().numbers;
    let rows = library.rows(numbers).await.unwrap();
    rows.into_iter().map(|row| row.node.id).collect()
}

async fn compare(library: &Library, model: &Model) {
    let listed = async |source, sort, order| listed(library, source, sort, order).await;
    let folders = model.nodes.values().filter(|node| node.kind == NodeKind::Folder).map(|node| Some(node.id));
    for folder in std::iter::once(None).chain(folders) {
        let contents = library.index().as_ref().unwrap().contents(folder);
        assert_eq!(contents, model.contents(folder), "of {folder:?}");
        for (sort, order) in [(ViewSort::Name, Order::Ascending), (ViewSort::Size, Order::Descending)] {
            let ids = listed(Source::Folder(folder), sort, order).await;
            let expected =
                model.nodes.values().filter(|node| node.parent == folder && node.trashed_at.is_none());
            let mut expected: Vec<_> = expected.collect();
            let key = |node: &Node| library.collation.key(node.name.as_str());
            let place = |node: &Node| ids.iter().position(|id| *id == node.id);
            // Equal names stand in any order, but always in the same.
            expected.sort_by(|a, b| {
                let size = |node: &Node| node.content.as_ref().map_or(0, |content| content.size.get());
                let by_size = size(b).cmp(&size(a));
                let by_sort = if sort == ViewSort::Size { by_size } else { std::cmp::Ordering::Equal };
                let is_file = |node: &Node| node.kind == NodeKind::File;
                is_file(a)
                    .cmp(&is_file(b))
                    .then(by_sort)
                    .then(key(a).cmp(&key(b)))
                    .then(place(a).cmp(&place(b)))
            });
            let expected: Vec<_> = expected.into_iter().map(|node| node.id).collect();
            assert_eq!(ids, expected, "{sort:?} of {folder:?}");
        }
    }
    let sorted = |mut ids: Vec<NodeId>| {
        ids.sort();
        ids
    };
    let those = |holds: &dyn Fn(&Node) -> bool| {
        model.nodes.values().filter(|node| holds(node)).map(|node| node.id).collect::<Vec<_>>()
    };
    let found = |source| listed(source, ViewSort::Modified, Order::Descending);
    let files = those(&|node| node.kind == NodeKind::File && model.lives(node));
    let linked = those(&|node| model.links.contains_key(&node.id) && model.lives(node));
    let trashed = those(&|node| node.trashed_at.is_some());
    let counts = library.counts();
    assert_eq!(
        (counts.files as usize, counts.links as usize, counts.trashed as usize),
        (files.len(), linked.len(), trashed.len())
    );
    assert_eq!(sorted(found(Source::Recent).await), files);
    assert_eq!(sorted(found(Source::SharedLinks).await), linked);
    assert_eq!(sorted(found(Source::Trash).await), trashed);
    let search = super::super::search::Search::parse("\u{c4}PFEL", &jiff::ZonedDateTime::now());
    let apples = those(&|node| node.name.as_str().ends_with("pfel") || node.name.as_str().contains("pfel "));
    let apples = apples.into_iter().filter(|id| model.lives(&model.nodes[id])).collect::<Vec<_>>();
    assert_eq!(sorted(found(Source::Search(search)).await), apples);
}

async fn run(steps: Vec<Step>, page: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.sqlite");
    let opened = async || {
        let library = open(&path, "en").await.unwrap().library;
        library.read_index().await.unwrap();
        library
    };
    let mut library = opened().await;
    library.begin_fill(Revision::ZERO).await.unwrap();
    let mut model = Model::default();
    for step in steps.iter().chain([&Step::Sync]) {
        model.take(step);
        match step {
            Step::Sync => {
                sync(&library, &mut model, page).await;
                compare(&library, &model).await;
                kept::compare(&library, &mut model).await;
                if library.filling_since().await.unwrap().is_some() {
                    library.end_fill().await.unwrap();
                    compare(&library, &model).await;
                    kept::compare(&library, &mut model).await;
                }
            }
            Step::Keep { node, wanted } => {
                sync(&library, &mut model, page).await;
                kept::keep(&library, &mut model, *node, *wanted).await;
            }
            Step::Reopen => {
                library.close().await;
                library = opened().await;
            }
            _ => {}
        }
    }
    library.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::sync::tests::cases(150), ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_index_says_what_there_is(
        steps in prop::collection::vec(step(), 1..80),
        page in 1..7_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps, page));
    }
}

#[test]
fn an_empty_index_answers() {
    let index = Index::default();
    assert_eq!(index.contents(None), FolderContents::default());
    assert_eq!(index.contents(Some(NodeId::generate())), FolderContents::default());
}
