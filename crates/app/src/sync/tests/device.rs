//! A device: a library on a disk, and somebody who works with it.

use std::collections::BTreeMap;

use notespot_protocol::window::{FolderContents, ViewQuery, ViewSort, ViewSource};
use notespot_protocol::{Node, NodeId, NodeKind, NodeName, Order, PublicLink, Slug};
use proptest::sample::Index as Pick;
use tempfile::TempDir;

use super::Deed;
use super::here::Server;
use crate::AppError;
use crate::library::edits::What;
use crate::library::{Library, open};
use crate::sync::pull::pull;
use crate::sync::send::send;

/// In memory where the system has such a place: what is killed here are programs, not machines.
pub(super) fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub(super) fn name(drawn: u8) -> NodeName {
    NodeName::new(["a", "b", "c.txt", "\u{e9}", "e\u{301}", "folder"][usize::from(drawn) % 6]).unwrap()
}

pub(super) struct Device {
    pub(super) library: Library,
    folder: TempDir,
}

#[derive(Debug, PartialEq)]
struct Facts {
    parent: Option<NodeId>,
    name: String,
    description: String,
    tags: Vec<String>,
    is_trashed: bool,
    revision: u64,
}

/// Everything that two places have to agree on.
#[derive(Debug, PartialEq)]
pub(super) struct Everything {
    nodes: BTreeMap<NodeId, Facts>,
    /// Which is shown, and whether it is listed.
    links: BTreeMap<NodeId, (Slug, bool)>,
}

impl Everything {
    pub(super) fn of(nodes: Vec<Node>, links: impl Iterator<Item = PublicLink>) -> Self {
        let facts = |node: Node| Facts {
            parent: node.parent,
            name: node.name.to_string(),
            description: node.description,
            tags: node.tags,
            is_trashed: node.trashed_at.is_some(),
            revision: node.revision.0,
        };
        Self {
            nodes: nodes.into_iter().map(|node| (node.id, facts(node))).collect(),
            links: links.map(|link| (link.node, (link.slug, link.listed))).collect(),
        }
    }
}

async fn opened(folder: &TempDir) -> Library {
    let opened = open(&folder.path().join("library.sqlite"), "en").await.unwrap();
    assert!(opened.moved_aside.is_none());
    opened.library.read_index().await.unwrap();
    opened.library.set_links_at("http://localhost".into()).await.unwrap();
    opened.library
}

impl Device {
    pub(super) async fn new() -> Self {
        let folder = scratch();
        Self { library: opened(&folder).await, folder }
    }

    pub(super) async fn sync(&self, server: &Server) -> Result<(), AppError> {
        send(server, &self.library, &|| ()).await?;
        pull(server, &self.library, &|_| ()).await.map(drop)
    }

    /// The program is gone without a word, and comes again.
    pub(super) async fn crash(&mut self) {
        self.library = opened(&self.folder).await;
    }

    async fn rows(&self) -> Vec<crate::library::Row> {
        let mut rows = Vec::new();
        let mut folders = vec![None];
        while let Some(id) = folders.pop() {
            let inside = self.list(ViewSource::Folder { id }).await;
            folders.extend(
                inside.iter().filter(|row| row.node.kind == NodeKind::Folder).map(|row| Some(row.node.id)),
            );
            rows.extend(inside);
        }
        for row in self.list(ViewSource::Trash).await {
            if row.node.kind == NodeKind::Folder {
                folders.push(Some(row.node.id));
            }
            rows.push(row);
        }
        while let Some(id) = folders.pop() {
            let inside = self.list(ViewSource::Folder { id }).await;
            folders.extend(
                inside.iter().filter(|row| row.node.kind == NodeKind::Folder).map(|row| Some(row.node.id)),
            );
            rows.extend(inside);
        }
        rows
    }

    async fn list(&self, source: ViewSource) -> Vec<crate::library::Row> {
        let query = ViewQuery { source, sort: ViewSort::Name, order: Order::Ascending };
        let listed = self.library.list(&query).await.unwrap();
        self.library.rows(listed.numbers).await.unwrap()
    }

    pub(super) async fn everything(&self) -> Everything {
        let rows = self.rows().await;
        let links: Vec<_> = rows.iter().filter_map(|row| row.link.clone()).collect();
        Everything::of(rows.into_iter().map(|row| row.node).collect(), links.into_iter())
    }

    /// What is shown of folders is what is in them.
    pub(super) async fn is_consistent(&self) {
        let rows = self.rows().await;
        for row in rows.iter().filter(|row| row.node.kind == NodeKind::Folder) {
            assert_eq!(row.holds, Some(contents(&rows, row.node.id)), "{:?}", row.node.name);
        }
        assert!(rows.iter().all(|row| !row.is_waiting));
    }

    /// Does it, where it can be done.
    #[expect(clippy::too_many_lines, reason = "a few for each deed")]
    pub(super) async fn takes(&self, deed: &Deed) {
        let rows = self.rows().await;
        let any = |pick: &Pick| (!rows.is_empty()).then(|| pick.get(&rows).node.id);
        let any_folder = |pick: &Pick| {
            let folders = rows.iter().filter(|row| row.node.kind == NodeKind::Folder);
            let folders: Vec<_> = std::iter::once(None).chain(folders.map(|row| Some(row.node.id))).collect();
            *pick.get(&folders)
        };
        let library = &self.library;
        match *deed {
            Deed::MakeFolder { ref parent, name: drawn } => {
                let _ = library.make_folder(any_folder(parent), name(drawn)).await.unwrap();
            }
            Deed::Rename { ref node, name: drawn } => {
                let to = name(drawn);
                self.edit(any(node), move |node| What::Rename { from: node.name.clone(), to: to.clone() })
                    .await;
            }
            Deed::Move { ref node, ref to } => {
                let to = any_folder(to);
                self.edit(any(node), move |node| What::Move { from: node.parent, to }).await;
            }
            Deed::Describe { ref node, text } => {
                let to = text.to_string();
                let what =
                    move |node: &Node| What::Describe { from: node.description.clone(), to: to.clone() };
                self.edit(any(node), what).await;
            }
            Deed::Tag { ref node, tag } => {
                let to = vec![tag.to_string()];
                self.edit(any(node), move |node| What::Tag { from: node.tags.clone(), to: to.clone() }).await;
            }
            Deed::Trash { ref node } => self.edit(any(node), |_| What::Trash).await,
            Deed::Restore { ref node } => self.edit(any(node), |_| What::Restore).await,
            Deed::Delete { ref node } => self.edit(any(node), |_| What::Delete).await,
            Deed::TrashAll { ref from } => {
                self.edit_each(from_on(&rows, *from), |_| What::Trash).await;
            }
            Deed::MoveAll { ref from, ref to } => {
                let to = any_folder(to);
                self.edit_each(from_on(&rows, *from), move |node| What::Move { from: node.parent, to }).await;
            }
            Deed::RestoreAll => self.edit_each(self.trashed().await, |_| What::Restore).await,
            Deed::EmptyTrash => self.edit_each(self.trashed().await, |_| What::Delete).await,
            Deed::MakeLink { ref node } => {
                if let Some(node) = any(node) {
                    let _ = library.make_link(node).await.unwrap();
                }
            }
            Deed::EndLink { ref node } => {
                if let Some(node) = any(node) {
                    let _ = library.end_link(node).await.unwrap();
                }
            }
            Deed::List { ref node, listed } => {
                if let Some(node) = any(node) {
                    let _ = library.list_link(node, listed).await.unwrap();
                }
            }
            Deed::Resolve { ref which, ref choice } => self.decide(which, choice).await,
        }
    }

    /// Refused where it cannot be.
    async fn edit(&self, node: Option<NodeId>, what: impl Fn(&Node) -> What + Send + 'static) {
        if let Some(node) = node {
            let _ = self.library.edit(node, what).await.unwrap();
        }
    }

    async fn edit_each(&self, nodes: Vec<NodeId>, what: impl Fn(&Node) -> What + Send + 'static) {
        self.library.edit_each(nodes, what).await.unwrap();
    }

    /// Those at the top level that are called so.
    pub(super) async fn named(&self, names: [&str; 2]) -> [NodeId; 2] {
        let rows = self.list(ViewSource::Folder { id: None }).await;
        names.map(|name| rows.iter().find(|row| row.node.name.as_str() == name).unwrap().node.id)
    }

    pub(super) async fn make_folder(&self, name: &str) {
        self.library.make_folder(None, NodeName::new(name).unwrap()).await.unwrap().unwrap();
    }

    pub(super) async fn rename(&self, node: NodeId, to: &str) {
        let to = NodeName::new(to).unwrap();
        self.edit(Some(node), move |node| What::Rename { from: node.name.clone(), to: to.clone() }).await;
    }

    pub(super) async fn describe(&self, node: NodeId, to: &str) {
        let to = to.to_owned();
        self.edit(Some(node), move |node| What::Describe { from: node.description.clone(), to: to.clone() })
            .await;
    }

    pub(super) async fn trash_all(&self) {
        let rows = self.list(ViewSource::Folder { id: None }).await;
        self.edit_each(rows.iter().map(|row| row.node.id).collect(), |_| What::Trash).await;
    }

    async fn trashed(&self) -> Vec<NodeId> {
        self.list(ViewSource::Trash).await.into_iter().map(|row| row.node.id).collect()
    }

    async fn decide(&self, which: &Pick, choice: &Pick) {
        let conflicts = self.library.conflicts().await.unwrap();
        if !conflicts.is_empty() {
            let conflict = which.get(&conflicts);
            self.library.resolve(conflict.id.into(), *choice.get(&conflict.choices)).await.unwrap();
        }
    }
}

/// All of them from one on.
fn from_on(rows: &[crate::library::Row], from: Pick) -> Vec<NodeId> {
    let first = if rows.is_empty() { 0 } else { from.index(rows.len()) };
    rows[first..].iter().map(|row| row.node.id).collect()
}

fn contents(rows: &[crate::library::Row], folder: NodeId) -> FolderContents {
    let mut contents = FolderContents::default();
    let inside =
        |row: &&crate::library::Row| row.node.parent == Some(folder) && row.node.trashed_at.is_none();
    for row in rows.iter().filter(inside) {
        contents.items += 1;
        let below = match &row.node.content {
            Some(content) => FolderContents { items: 0, files: 1, bytes: content.size },
            None => self::contents(rows, row.node.id),
        };
        contents.files += below.files;
        contents.bytes = contents.bytes + below.bytes;
    }
    contents
}
