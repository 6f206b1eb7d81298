//! What one person does with a server, the same each time, and what has to be true of it afterwards.

use anyhow::{Context as _, ensure};
use notespot_protocol::{
    Batch, BatchItem, ChangeKind, ChangesPage, ClientRef, DownloadPlan, Me, NewUpload, Node, NodeId,
    PublicLink, Slug, UploadId, UploadState,
};
use notespot_testkit::{Answer, Api, TestServer, completion, content, new_upload, sha256_of};
use reqwest::Method;
use serde_json::json;

use crate::account::sign_in;

const MIB: usize = 1024 * 1024;
const SLUG: &str = "k7Qm2xRv9T4bZ";
/// One part more than one.
const LARGE: usize = 16 * MIB + 70_000;
/// Two parts, of which the second one is a byte.
const GIVEN_UP: usize = 16 * MIB + 1;

/// One wish, good for any number of calls until there is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Account,
    Folder,
    Small,
    Large,
    Rename,
    Link,
    Gone,
    Trash,
    Delete,
    GiveUp,
}

impl Step {
    pub(crate) const ALL: [Self; 10] = [
        Self::Account,
        Self::Folder,
        Self::Small,
        Self::Large,
        Self::Rename,
        Self::Link,
        Self::Gone,
        Self::Trash,
        Self::Delete,
        Self::GiveUp,
    ];
}

/// A file that is uploaded: what is said of it each time is the same.
struct File {
    new: NewUpload,
    bytes: Vec<u8>,
    node: Option<NodeId>,
}

impl File {
    fn new(seed: u64, name: &str, size: usize) -> Self {
        let bytes = content(seed, size);
        Self { new: new_upload(None, name, &bytes).unwrap(), bytes, node: None }
    }

    fn node(&self) -> anyhow::Result<NodeId> {
        self.node.context("it is not there yet")
    }
}

/// What was asked for, and what was acknowledged of it.
pub(crate) struct Life {
    token: String,
    ada: Api,
    folder_ref: ClientRef,
    folder: Option<NodeId>,
    small: File,
    large: File,
    gone: File,
    given_up: File,
    given_up_id: Option<UploadId>,
    told: Vec<Step>,
}

impl Life {
    pub(crate) fn begin(server: &TestServer) -> Self {
        Self {
            token: String::new(),
            ada: server.stranger().unwrap(),
            folder_ref: ClientRef::generate(),
            folder: None,
            small: File::new(1, "small.bin", 5000),
            large: File::new(2, "large.bin", LARGE),
            gone: File::new(3, "gone.bin", 3000),
            given_up: File::new(4, "given up.bin", GIVEN_UP),
            given_up_id: None,
            told: Vec::new(),
        }
    }

    /// The server was started again: no connection is left.
    pub(crate) fn goes_on(&mut self, server: &TestServer) {
        self.ada = server.api(self.token.clone()).unwrap();
    }

    /// An error where there is no answer, or a refusal.
    pub(crate) async fn take(&mut self, step: Step, server: &TestServer) -> anyhow::Result<()> {
        match step {
            Step::Account => {
                self.token = sign_in(server).await?;
                self.goes_on(server);
            }
            Step::Folder => {
                let folder = json!({ "client_ref": self.folder_ref, "parent": null, "name": "Papers" });
                let node: Node = self.ada.post("/v1/nodes", &folder).await?.json()?;
                self.folder = Some(node.id);
            }
            Step::Small => upload(&self.ada, self.folder, &mut self.small).await?,
            Step::Large => upload(&self.ada, self.folder, &mut self.large).await?,
            Step::Gone => upload(&self.ada, None, &mut self.gone).await?,
            Step::Rename => {
                let path = format!("/v1/nodes/{}", self.small.node()?);
                self.ada.patch(&path, &json!({ "name": "renamed.bin" })).await?.json::<Node>()?;
            }
            Step::Link => {
                let link = json!({ "node": self.large.node()?, "slug": SLUG });
                let link: PublicLink = self.ada.post("/v1/links", &link).await?.json()?;
                ensure!(link.slug.as_str() == SLUG, "another slug");
            }
            Step::Trash => {
                let path = format!("/v1/nodes/{}", self.gone.node()?);
                let trashed = self.ada.post(&format!("{path}/trash"), &json!({})).await?;
                // Done before, by a call whose answer was lost.
                if !trashed.status.is_success() {
                    let node: Node = self.ada.get(&path).await?.json()?;
                    ensure!(node.trashed_at.is_some(), "not trashed: {}", trashed.text());
                }
            }
            Step::Delete => {
                let path = format!("/v1/nodes/{}", self.gone.node()?);
                gone_or(&self.ada.delete(&path).await?)?;
            }
            Step::GiveUp => self.give_up().await?,
        }
        self.told.push(step);
        Ok(())
    }

    async fn give_up(&mut self) -> anyhow::Result<()> {
        let plan = self.ada.plan(self.given_up.new.clone()).await??;
        self.given_up_id = Some(plan.id);
        if plan.state == UploadState::Open {
            let sent = self.ada.send_part(&plan, &self.given_up.bytes, 2).await?;
            ensure!(sent.status.is_success(), "part 2: {} {}", sent.status, sent.text());
        }
        gone_or(&self.ada.delete(&format!("/v1/uploads/{}", plan.id)).await?)
    }

    /// All that was acknowledged is true, and nothing is there that was not asked for, or not whole.
    pub(crate) async fn check(&self, server: &TestServer) {
        let told = |step| self.told.contains(&step);
        if !told(Step::Account) {
            return;
        }
        let page: ChangesPage = self.ada.get("/v1/changes?since=0&limit=5000").await.unwrap().json().unwrap();
        assert!(page.changes.is_sorted_by(|one, next| one.revision < next.revision), "each revision once");
        let me: Me = self.ada.get("/v1/me").await.unwrap().json().unwrap();
        // Her token and her password are good still, and of the same account.
        let again = server.api(sign_in(server).await.unwrap()).unwrap();
        let same: Me = again.get("/v1/me").await.unwrap().json().unwrap();
        assert_eq!(me.id, same.id, "another account");
        let (mut used, mut nodes, mut links) = (0, Vec::new(), Vec::new());
        for change in page.changes {
            match change.kind {
                ChangeKind::Node { node } => nodes.push(node),
                ChangeKind::NodeDeleted { .. } => {}
                ChangeKind::Link { link } => links.push(link),
            }
        }
        for node in &nodes {
            let Some(content) = &node.content else { continue };
            used += content.size.get();
            let asked = [&self.small, &self.large, &self.gone]
                .into_iter()
                .find(|file| sha256_of(&file.bytes) == content.sha256)
                .unwrap_or_else(|| panic!("never sent: {node:?}"));
            assert!(self.downloaded(node).await == asked.bytes, "{} is not whole", node.name);
        }
        assert_eq!(me.used.get(), used, "what is used is what is there");
        let found = |id: Option<NodeId>| nodes.iter().find(|node| Some(node.id) == id);
        let is_there = |step, id| assert!(!told(step) || found(id).is_some(), "{step:?} is lost");
        is_there(Step::Folder, self.folder);
        is_there(Step::Small, self.small.node);
        is_there(Step::Large, self.large.node);
        let small = found(self.small.node).map(|node| node.name.as_str());
        assert!(!told(Step::Rename) || small == Some("renamed.bin"), "renamed, and now {small:?}");
        let link = links.iter().find(|link| link.slug.as_str() == SLUG);
        assert!(!told(Step::Link) || link.is_some_and(|link| link.ended_at.is_none()), "the link is lost");
        if told(Step::Link) {
            self.require_link(server).await;
        }
        let gone = found(self.gone.node);
        assert!(!told(Step::Gone) || gone.is_some() || told(Step::Trash), "the one to be trashed is lost");
        assert!(!told(Step::Trash) || gone.is_none_or(|node| node.trashed_at.is_some()), "untrashed");
        assert!(!told(Step::Delete) || gone.is_none(), "deleted, and there again");
    }

    /// The whole of a file, from the object store.
    async fn downloaded(&self, node: &Node) -> Vec<u8> {
        let asked = json!({ "items": [{ "node": node.id }] });
        let plans: Batch<BatchItem<DownloadPlan>> =
            self.ada.post("/v1/downloads", &asked).await.unwrap().json().unwrap();
        let plan = plans.items.into_iter().next().unwrap().into_result().unwrap();
        let answer = self.ada.send(&plan.request, Vec::new()).await.unwrap();
        assert!(answer.status.is_success(), "{}: {}", node.name, answer.text());
        assert_eq!(sha256_of(&answer.body), plan.sha256, "{} has its checksum", node.name);
        answer.body
    }

    async fn require_link(&self, server: &TestServer) {
        let slug: Slug = SLUG.parse().unwrap();
        let request = server.stranger().unwrap().request(Method::GET, &format!("/s/{slug}/download"));
        let some = Answer::of(request.unwrap().header("range", "bytes=70000-70099")).await.unwrap();
        assert!(some.body == self.large.bytes[70_000..70_100], "{}", some.status);
    }

    /// The same at the end of every life.
    pub(crate) async fn require_end(&self, server: &TestServer) {
        assert_eq!(self.told, Step::ALL, "each step once");
        self.check(server).await;
        let all = self.ada.get("/v1/changes?since=0&limit=5000").await.unwrap();
        let page: ChangesPage = all.json().unwrap();
        let mut living: Vec<_> = page
            .changes
            .iter()
            .filter_map(|change| match &change.kind {
                ChangeKind::Node { node } => Some((node.name.as_str(), node.parent, node.trashed_at)),
                _ => None,
            })
            .collect();
        living.sort_unstable();
        let expected = [("Papers", None), ("large.bin", self.folder), ("renamed.bin", self.folder)];
        assert_eq!(living, expected.map(|(name, parent)| (name, parent, None)));
    }
}

/// Plans, sends what is to be sent, and completes: each as often as it takes.
async fn upload(ada: &Api, parent: Option<NodeId>, file: &mut File) -> anyhow::Result<()> {
    let plan = ada.plan(NewUpload { parent, ..file.new.clone() }).await??;
    if plan.state == UploadState::Open {
        for number in 1..=plan.part_count {
            let sent = ada.send_part(&plan, &file.bytes, number).await?;
            // Joined before, by a call whose answer was lost: there is nothing to be sent to.
            ensure!(sent.status.is_success() || sent.status == 404, "{}: {}", sent.status, sent.text());
        }
    }
    file.node = Some(ada.complete(completion(&plan, &file.bytes)).await??.id);
    Ok(())
}

/// Deleted by this call, or by one before it whose answer was lost.
fn gone_or(answer: &Answer) -> anyhow::Result<()> {
    let is_gone = answer.status.is_success() || matches!(answer.status.as_u16(), 404 | 409);
    ensure!(is_gone, "{}: {}", answer.status, answer.text());
    Ok(())
}
