//! A device that somebody works on.
//!
//! It changes only what it made, one thing after the other: so it knows of each thing how it has to be. Names are
//! few, and everybody's: devices of one owner take them from one another.

use notespot_protocol::{
    ClientRef, NewFolder, NewLink, Node, NodeId, NodeKind, NodeName, NodePatch, OnConflict, PublicLink, Slug,
    UploadPlan,
};
use notespot_testkit::{Api, Draws, completion, content, new_upload};
use reqwest::Method;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::ledger::Ledger;
use super::patient::{Patient, count};
use super::{BOUND, PAUSE};

const NAMES: [&str; 12] =
    ["a", "b", "c", "d", "Brief.txt", "brief.txt", "e\u{301}", "\u{e9}", "x.tar.gz", "Bild.jpg", "f", "g"];
/// Small files: what is tried here is how they are published.
const BYTES_MAX: u64 = 3_000;
/// Operations of each, however long an owner is held up.
const LEAST: usize = 25;

pub(super) struct Device {
    patient: Patient,
    draws: Draws,
    ledger: Ledger,
    /// Operations that it did.
    done: usize,
}

impl Device {
    pub(super) fn new(patient: Patient, draws: Draws) -> Self {
        Self { patient, draws, ledger: Ledger::default(), done: 0 }
    }

    /// Does one thing after the other until it is over, and a few at least.
    pub(super) async fn work(mut self, over: watch::Receiver<bool>) -> Self {
        while !*over.borrow() || self.done < LEAST {
            self.step().await;
            self.done += 1;
        }
        self
    }

    /// What was acknowledged.
    pub(super) fn ledger(self) -> Ledger {
        self.ledger
    }

    /// Something that can be done with what there is.
    async fn step(&mut self) {
        let file = self.one_that(|node, ledger| node.kind == NodeKind::File && ledger.lives(node.id));
        let living = self.one_that(|node, ledger| ledger.lives(node.id));
        let thrown = self.one_that(|node, ledger| {
            node.trashed_at.is_some() && node.parent.is_none_or(|parent| ledger.lives(parent))
        });
        let links = self.ledger.open_links();
        match (self.draws.below(12), file, living, thrown) {
            (2 | 3, _, Some(node), _) => self.rename(node).await,
            (4, Some(file), ..) => self.move_away(file).await,
            (5 | 6, Some(file), ..) => self.link(file.id).await,
            (7, ..) if !links.is_empty() => {
                let slug = self.draws.one(&links).clone();
                self.end(slug).await;
            }
            (8, _, Some(node), _) => self.change(Method::POST, node, "/trash", &()).await,
            (9, _, _, Some(node)) => self.change(Method::POST, node, "/restore", &()).await,
            (10, _, _, Some(node)) => self.delete(node.id).await,
            (0 | 1, ..) => self.folder().await,
            _ => self.upload().await,
        }
        count(&self.patient.counts.acknowledged);
    }

    fn one_that(&mut self, is_one: impl Fn(&Node, &Ledger) -> bool) -> Option<Node> {
        let those: Vec<_> = self.ledger.nodes().filter(|node| is_one(node, &self.ledger)).cloned().collect();
        (!those.is_empty()).then(|| self.draws.one(&those).clone())
    }

    fn name(&mut self) -> NodeName {
        NodeName::new(*self.draws.one(&NAMES)).unwrap()
    }

    /// A folder of its own that lives, or the top level.
    fn place(&mut self) -> Option<NodeId> {
        let folder = self.one_that(|node, ledger| node.kind == NodeKind::Folder && ledger.lives(node.id));
        folder.filter(|_| self.draws.below(3) > 0).map(|folder| folder.id)
    }

    async fn folder(&mut self) {
        let (client_ref, parent, name) = (ClientRef::generate(), self.place(), self.name());
        let on_conflict = OnConflict::KeepBoth;
        let new = NewFolder { client_ref, id: None, parent, name, on_conflict, reuse: false };
        let made: Node = self.patient.call(Method::POST, "/v1/nodes", &new).await;
        self.ledger.has(made);
    }

    async fn upload(&mut self) {
        let (parent, name) = (self.place(), self.name());
        let bytes = usize::try_from(1 + self.draws.below(BYTES_MAX)).unwrap();
        let content = content(self.draws.below(u64::MAX), bytes);
        let new = new_upload(parent, name.as_str(), &content).unwrap();
        let plan: UploadPlan = self.patient.one_of_batch("/v1/uploads", &new).await;
        let began = Instant::now();
        while !self.patient.api.send_part(&plan, &content, 1).await.is_ok_and(|sent| sent.status.is_success())
        {
            assert!(began.elapsed() < BOUND, "nothing could be sent");
            sleep(PAUSE).await;
        }
        let said = completion(&plan, &content);
        self.ledger.has(self.patient.one_of_batch("/v1/uploads/complete", &said).await);
    }

    async fn rename(&mut self, node: Node) {
        let patch = NodePatch { name: Some(self.name()), ..NodePatch::default() };
        self.change(Method::PATCH, node, "", &patch).await;
    }

    async fn move_away(&mut self, file: Node) {
        let patch = NodePatch { parent: Some(self.place()), ..NodePatch::default() };
        self.change(Method::PATCH, file, "", &patch).await;
    }

    /// Changes a node as it is known. What is asked for a second time may be refused, because it has happened.
    async fn change(&mut self, method: Method, node: Node, what: &str, body: &impl Serialize) {
        let path = format!("/v1/nodes/{}{what}", node.id);
        let as_known = |api: &Api| {
            let request = api.request(method.clone(), &path).unwrap().json(body);
            request.header("if-match", format!("\"{}\"", node.revision))
        };
        let answered = self.patient.ask(as_known).await;
        if answered.answer.status != 412 {
            return self.ledger.has(answered.answer.json().unwrap());
        }
        assert!(answered.is_again, "somebody else changed {node:?}: {}", answered.answer.text());
        count(&self.patient.counts.had_happened);
        let path = format!("/v1/nodes/{}", node.id);
        let now: Node = self.patient.get(&path).await.json().unwrap();
        assert!(now.revision > node.revision, "refused as changed, and it was not: {now:?}");
        self.ledger.has(now);
    }

    async fn delete(&mut self, node: NodeId) {
        let path = format!("/v1/nodes/{node}");
        let answered = self.patient.ask(|api| api.request(Method::DELETE, &path).unwrap()).await;
        if answered.answer.status == 404 {
            assert!(answered.is_again, "{node} is gone");
            count(&self.patient.counts.had_happened);
        } else {
            assert!(answered.answer.status.is_success(), "{}", answered.answer.text());
        }
        self.ledger.has_no_more(node);
    }

    /// With a slug of its own: a request that arrives late makes no second link.
    async fn link(&mut self, node: NodeId) {
        let new = NewLink { node, slug: Some(Slug::generate()) };
        let made: PublicLink = self.patient.call(Method::POST, "/v1/links", &new).await;
        self.ledger.has_link(made);
    }

    /// With every other of its file.
    async fn end(&mut self, slug: Slug) {
        let path = format!("/v1/links/{}", slug.as_str());
        let answered = self.patient.ask(|api| api.request(Method::DELETE, &path).unwrap()).await;
        let ended: PublicLink = answered.answer.json().unwrap();
        assert!(ended.ended_at.is_some(), "{ended:?}");
        self.ledger.has_ended(ended);
    }
}
