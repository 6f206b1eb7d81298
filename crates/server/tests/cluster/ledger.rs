//! What was acknowledged, and what therefore has to be there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use notespot_protocol::{ByteCount, Node, NodeId, PublicLink, Revision, Slug};

use super::patient::Patient;
use super::tree::Tree;

/// The things of a device, or of all devices of an owner.
#[derive(Default)]
pub(super) struct Ledger {
    nodes: BTreeMap<NodeId, Node>,
    gone: BTreeSet<NodeId>,
    links: BTreeMap<Slug, Linked>,
    seen: Seen,
}

/// Which thing took which revision.
pub(super) type Seen = BTreeMap<u64, Thing>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Node(NodeId),
    Gone(NodeId),
    Link(Slug),
}

struct Linked {
    /// As it was last said.
    link: PublicLink,
    /// It ended since, with another of its file or with its file: nobody was told its revision.
    ended_since: bool,
}

/// How much there was of what.
#[derive(Clone, Copy, Default)]
pub(super) struct Kept {
    nodes: usize,
    gone: usize,
    links: usize,
    revisions: usize,
}

impl Ledger {
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// Whether it and everything around it is out of the trash.
    pub(super) fn lives(&self, id: NodeId) -> bool {
        let Some(node) = self.nodes.get(&id) else { return false };
        node.trashed_at.is_none() && node.parent.is_none_or(|parent| self.lives(parent))
    }

    pub(super) fn open_links(&self) -> Vec<Slug> {
        let open = self.links.values().filter(|linked| linked.is_open());
        open.map(|linked| linked.link.slug.clone()).collect()
    }

    pub(super) fn has(&mut self, node: Node) {
        see(&mut self.seen, node.revision, &Thing::Node(node.id));
        self.nodes.insert(node.id, node);
    }

    /// Deleted for ever, with everything inside.
    pub(super) fn has_no_more(&mut self, id: NodeId) {
        let inside: Vec<_> =
            self.nodes().filter(|node| node.parent == Some(id)).map(|node| node.id).collect();
        self.nodes.remove(&id);
        self.gone.insert(id);
        self.links_end(id);
        for node in inside {
            self.has_no_more(node);
        }
    }

    pub(super) fn has_link(&mut self, link: PublicLink) {
        see(&mut self.seen, link.revision, &Thing::Link(link.slug.clone()));
        self.links.insert(link.slug.clone(), Linked { link, ended_since: false });
    }

    /// A link that was ended, and with it all others of its file.
    pub(super) fn has_ended(&mut self, link: PublicLink) {
        self.links_end(link.node);
        self.has_link(link);
    }

    fn links_end(&mut self, node: NodeId) {
        let of_node = self.links.values_mut().filter(|linked| linked.link.node == node && linked.is_open());
        of_node.for_each(|linked| linked.ended_since = true);
    }

    /// What another device of the same owner has.
    pub(super) fn add(&mut self, other: Self) {
        for (id, node) in other.nodes {
            assert!(self.nodes.insert(id, node).is_none(), "{id} was given to two");
        }
        self.gone.extend(other.gone);
        self.links.extend(other.links);
        self.has_seen(other.seen);
    }

    pub(super) fn has_seen(&mut self, seen: Seen) {
        for (revision, thing) in seen {
            see(&mut self.seen, Revision(revision), &thing);
        }
    }

    /// Everything is there as it was acknowledged, and nothing else.
    pub(super) fn agrees_with(&self, tree: &Tree) {
        for (id, node) in &self.nodes {
            assert_eq!(tree.nodes.get(id), Some(node), "this was acknowledged");
        }
        for (id, node) in &tree.nodes {
            assert!(self.nodes.contains_key(id), "nobody made this, or it was deleted: {node:?}");
        }
        for (slug, Linked { link, ended_since }) in &self.links {
            let there = tree.links.get(slug).unwrap_or_else(|| panic!("this was acknowledged: {link:?}"));
            if *ended_since {
                assert!(there.ended_at.is_some() && there.revision > link.revision, "{there:?}");
            } else {
                assert_eq!(there, link, "this was acknowledged");
            }
        }
        assert_eq!(tree.links.len(), self.links.len(), "nobody made more links");
    }

    /// Each content counts once, in the trash too.
    pub(super) fn agrees_with_usage(&self, used: ByteCount) {
        let sizes = self.nodes().filter_map(|node| node.content.as_ref()).map(|content| content.size.get());
        assert_eq!(used.get(), sizes.sum::<u64>(), "bytes used");
    }

    /// What acknowledged changes took, and what followers saw besides (tombstones, links that ended with others), is
    /// every revision that there is.
    pub(super) fn has_each_revision_once(&self, newest: Revision) {
        let missing: Vec<_> = (1..=newest.0).filter(|revision| !self.seen.contains_key(revision)).collect();
        assert!(missing.is_empty(), "gaps at {missing:?} of {newest}");
        assert_eq!(self.seen.len() as u64, newest.0, "there are none behind the newest");
    }

    /// A link opens what it should, for as long as it should.
    pub(super) async fn agrees_with_public_pages(&self, stranger: &Patient) {
        for (slug, linked) in &self.links {
            let opens = linked.is_open() && self.lives(linked.link.node);
            let answer = stranger.get(&format!("/v1/public/{}", slug.as_str())).await;
            let expected: &[u16] = if opens { &[200] } else { &[404, 410] };
            assert!(expected.contains(&answer.status.as_u16()), "{:?}: {}", linked.link, answer.status);
        }
    }

    pub(super) fn kept(&self) -> Kept {
        Kept {
            nodes: self.nodes.len(),
            gone: self.gone.len(),
            links: self.links.len(),
            revisions: self.seen.len(),
        }
    }
}

impl Linked {
    fn is_open(&self) -> bool {
        self.link.ended_at.is_none() && !self.ended_since
    }
}

impl Kept {
    pub(super) fn add(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.gone += other.gone;
        self.links += other.links;
        self.revisions += other.revisions;
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nodes, gone, links, revisions } = self;
        write!(
            f,
            "{nodes} files and folders, {gone} deleted, {links} links, {revisions} revisions: each once"
        )
    }
}

pub(super) fn see(seen: &mut Seen, revision: Revision, thing: &Thing) {
    let first = seen.entry(revision.0).or_insert_with(|| thing.clone());
    assert_eq!(first, thing, "revision {revision} was taken twice");
}
