//! What somebody holds who follows the change feed.

use std::collections::BTreeMap;

use notespot_protocol::{Change, ChangeKind, ChangesPage, Node, NodeId, PublicLink, Revision, Slug};

use super::ledger::{Seen, Thing, see};
use super::patient::Patient;

/// Pages are small, so that there are many.
const PAGE: u32 = 20;

#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: BTreeMap<NodeId, Node>,
    pub(super) links: BTreeMap<Slug, PublicLink>,
    /// Everything up to here is held.
    pub(super) held: Revision,
    /// What has been in the feed.
    pub(super) seen: Seen,
}

impl Tree {
    /// From nothing.
    pub(super) async fn fill(patient: &Patient) -> Self {
        let mut tree = Self::default();
        let mut filling_since = None;
        loop {
            let page = tree.page(patient, filling_since).await;
            filling_since = Some(page.newest);
            if !tree.take(page) {
                return tree;
            }
        }
    }

    /// What came since.
    pub(super) async fn go_on(&mut self, patient: &Patient) {
        loop {
            let page = self.page(patient, None).await;
            if !self.take(page) {
                return;
            }
        }
    }

    async fn page(&self, patient: &Patient, filling_since: Option<Revision>) -> ChangesPage {
        let filling = filling_since.map(|newest| format!("&filling_since={newest}")).unwrap_or_default();
        patient.get(&format!("/v1/changes?since={}&limit={PAGE}{filling}", self.held)).await.json().unwrap()
    }

    /// Takes a page in, which has to go on where the last one ended: whether there is more.
    fn take(&mut self, page: ChangesPage) -> bool {
        let mut last = self.held;
        for Change { revision, kind } in page.changes {
            assert!(last < revision && revision <= page.revision, "{last}, {revision}, {}", page.revision);
            last = revision;
            match kind {
                ChangeKind::Node { node } => {
                    assert_eq!(node.revision, revision);
                    see(&mut self.seen, revision, &Thing::Node(node.id));
                    self.nodes.insert(node.id, node);
                }
                ChangeKind::NodeDeleted { id } => {
                    see(&mut self.seen, revision, &Thing::Gone(id));
                    self.nodes.remove(&id);
                }
                ChangeKind::Link { link } => {
                    assert_eq!(link.revision, revision);
                    see(&mut self.seen, revision, &Thing::Link(link.slug.clone()));
                    self.links.insert(link.slug.clone(), link);
                }
            }
        }
        assert!(page.revision >= self.held && page.newest >= page.revision, "the feed went back");
        assert!(page.more || page.revision == page.newest, "the end is not the newest");
        self.held = page.revision;
        page.more
    }
}
