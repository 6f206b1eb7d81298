//! The server, in this process.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use notespot_client::ClientError;
use notespot_metadata::MetadataError;
use notespot_metadata::changes::{Changes as _, StoredChange};
use notespot_metadata::links::{Links as _, StoredLink};
use notespot_metadata::nodes::Nodes as _;
use notespot_metadata::sqlite::SqliteMetadata;
use notespot_metadata::uploads::{Destination, Uploads as _, Wanted};
use notespot_metadata::users::{Profile, Users as _};
use notespot_protocol::{
    BatchItem, ByteCount, Change, ChangeKind, ChangesPage, ChangesQuery, ChecksumAlgorithm, ClientRef,
    ErrorCode, NewFolder, NewLink, Node, NodeAt, NodeEdit, NodeId, NodeKind, NodePatch, OnConflict, Problem,
    PublicLink, Revision, Sha256, Slug, UserId,
};
use proptest::sample::Index as Pick;
use tempfile::TempDir;

use super::device::{Everything, name, scratch};
use crate::sync::server::SyncServer;

pub(super) struct Server {
    metadata: SqliteMetadata,
    owner: UserId,
    folder: TempDir,
    cut: Mutex<Option<Cut>>,
    calls: AtomicUsize,
}

/// The network is cut after so many calls.
struct Cut {
    calls: u8,
    answer_is_lost: bool,
}

impl Server {
    pub(super) async fn new() -> Self {
        let folder = scratch();
        let metadata = opened(&folder).await;
        let owner = UserId("ada".into());
        let profile = Profile { id: owner.clone(), name: "Ada".into(), email: None };
        metadata.ensure_user(&profile, ByteCount(1 << 40)).await.unwrap();
        Self { metadata, owner, folder, cut: Mutex::new(None), calls: AtomicUsize::new(0) }
    }

    /// Its process is gone without a word, and comes again.
    pub(super) async fn crash(&mut self) {
        self.metadata = opened(&self.folder).await;
    }

    pub(super) fn cut_after(&self, calls: u8, answer_is_lost: bool) {
        *self.cut.lock().unwrap() = Some(Cut { calls, answer_is_lost });
    }

    pub(super) fn heal(&self) {
        *self.cut.lock().unwrap() = None;
    }

    /// So many were made.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// One call over this network.
    async fn call<T>(&self, work: impl Future<Output = Result<T, MetadataError>>) -> Result<T, ClientError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let away = || ClientError::Unreachable { server: "here".into(), source: None };
        let (arrives, comes_back) = match &mut *self.cut.lock().unwrap() {
            None => (true, true),
            Some(Cut { calls: 0, answer_is_lost }) => (std::mem::take(answer_is_lost), false),
            Some(cut) => {
                cut.calls -= 1;
                (true, true)
            }
        };
        if !arrives {
            return Err(away());
        }
        let answer = work.await.map_err(|error| refused(&error));
        if comes_back { answer } else { Err(away()) }
    }

    async fn nodes(&self) -> Vec<Node> {
        let query = ChangesQuery { limit: Some(1000), ..ChangesQuery::default() };
        let page = self.metadata.changes(&self.owner, &query).await.unwrap();
        assert!(!page.more);
        page.changes
            .into_iter()
            .filter_map(|change| match change {
                StoredChange::Node(node) => Some(*node),
                _ => None,
            })
            .collect()
    }

    /// A file from elsewhere.
    pub(super) async fn upload(&self, parent: Pick, drawn: u8) {
        let nodes = self.nodes().await;
        let folders = nodes.iter().filter(|node| node.kind == NodeKind::Folder).map(|node| Some(node.id));
        let folders: Vec<_> = std::iter::once(None).chain(folders).collect();
        self.upload_to(*parent.get(&folders), drawn).await;
    }

    pub(super) async fn upload_at_top(&self, drawn: u8) {
        self.upload_to(None, drawn).await;
    }

    async fn upload_to(&self, parent: Option<NodeId>, drawn: u8) {
        let wanted = Wanted {
            client_ref: ClientRef::generate(),
            parent,
            name: name(drawn),
            on_conflict: OnConflict::KeepBoth,
            size: ByteCount(3),
            content_type: "text/plain".into(),
            modified_at: None,
        };
        let destination = Destination {
            object_key: NodeId::generate().to_string(),
            multipart_id: None,
            part_bytes: ByteCount(3),
            part_count: 1,
            checksum: ChecksumAlgorithm::Crc64Nvme,
        };
        // Its folder may be in the trash.
        if let Ok(upload) = self.metadata.begin_upload(&self.owner, &wanted, &destination).await {
            let hash = Sha256::from_bytes([7; 32]);
            self.metadata.publish_upload(&self.owner, upload.id, hash).await.unwrap();
        }
    }

    /// Something that is in the trash goes for ever.
    pub(super) async fn delete(&self, node: Pick) {
        let nodes = self.nodes().await;
        let trashed: Vec<_> = nodes.iter().filter(|node| node.trashed_at.is_some()).collect();
        if !trashed.is_empty() {
            self.metadata.delete_node(&self.owner, node.get(&trashed).id).await.unwrap();
        }
    }

    pub(super) async fn empty_trash(&self) {
        self.metadata.empty_trash(&self.owner).await.unwrap();
    }

    pub(super) async fn everything(&self) -> Everything {
        let nodes = self.nodes().await;
        let mut links = self.metadata.links(&self.owner, 1000).await.unwrap();
        // Of several, devices show the oldest: it is taken last.
        links.sort_by(|a, b| (b.created_at, &b.slug).cmp(&(a.created_at, &a.slug)));
        Everything::of(nodes, links.into_iter().map(link))
    }
}

async fn opened(folder: &TempDir) -> SqliteMetadata {
    SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap()
}

fn link(stored: StoredLink) -> PublicLink {
    PublicLink {
        url: format!("http://localhost/s/{}", stored.slug),
        slug: stored.slug,
        node: stored.node,
        created_at: stored.created_at,
        ended_at: stored.ended_at,
        views: stored.views,
        downloads: stored.downloads,
        listed: stored.listed,
        revision: stored.revision,
    }
}

fn items<T>(outcomes: Vec<Result<T, MetadataError>>) -> Vec<BatchItem<T>> {
    outcomes.into_iter().map(|outcome| outcome.map_err(|error| problem(&error)).into()).collect()
}

fn refused(error: &MetadataError) -> ClientError {
    ClientError::Refused(Box::new(problem(error)))
}

/// As the REST API says it.
fn problem(error: &MetadataError) -> Problem {
    let code = match error {
        MetadataError::NotFound | MetadataError::NoSuchParent => ErrorCode::NotFound,
        MetadataError::NameTaken { .. } => ErrorCode::NameTaken,
        MetadataError::Stale { .. } => ErrorCode::StaleRevision,
        MetadataError::WouldMakeCycle => ErrorCode::BadRequest,
        MetadataError::WrongKind => ErrorCode::WrongKind,
        MetadataError::ReferenceTaken => ErrorCode::ReferenceTaken,
        MetadataError::LinkEnded => ErrorCode::LinkEnded,
        MetadataError::ChangesExpired => ErrorCode::ChangesExpired,
        _ => ErrorCode::Internal,
    };
    Problem::new(400, code, error.to_string())
}

impl SyncServer for Server {
    async fn changes(&self, query: ChangesQuery) -> Result<ChangesPage, ClientError> {
        // Small pages, so that a cut finds its way between them.
        let query = ChangesQuery { limit: Some(3), ..query };
        let page = self.call(self.metadata.changes(&self.owner, &query)).await?;
        let told = |change: StoredChange| Change {
            revision: change.revision(),
            kind: match change {
                StoredChange::Node(node) => ChangeKind::Node { node: *node },
                StoredChange::NodeDeleted { id, .. } => ChangeKind::NodeDeleted { id },
                StoredChange::Link(stored) => ChangeKind::Link { link: link(stored) },
            },
        };
        let changes = page.changes.into_iter().map(told).collect();
        Ok(ChangesPage { changes, revision: page.revision, newest: page.newest, more: page.more })
    }

    async fn node(&self, id: NodeId) -> Result<Node, ClientError> {
        self.call(self.metadata.node(&self.owner, id)).await
    }

    async fn create_folder(&self, folder: &NewFolder) -> Result<Node, ClientError> {
        self.call(self.metadata.create_folder(&self.owner, folder)).await
    }

    async fn edit_node(
        &self,
        id: NodeId,
        patch: &NodePatch,
        if_match: Option<Revision>,
    ) -> Result<Node, ClientError> {
        self.call(self.metadata.edit_node(&self.owner, id, patch, if_match)).await
    }

    async fn trash_node(&self, id: NodeId, if_match: Option<Revision>) -> Result<Node, ClientError> {
        self.call(self.metadata.trash_node(&self.owner, id, if_match)).await
    }

    async fn restore_node(&self, id: NodeId, if_match: Option<Revision>) -> Result<Node, ClientError> {
        self.call(self.metadata.restore_node(&self.owner, id, if_match)).await
    }

    async fn delete_nodes(&self, nodes: Vec<NodeAt>) -> Result<Vec<BatchItem<NodeId>>, ClientError> {
        let gone = self.call(self.metadata.delete_nodes(&self.owner, &nodes)).await?;
        let ids = nodes.into_iter().map(|node| node.id);
        Ok(items(gone.into_iter().zip(ids).map(|(outcome, id)| outcome.map(|()| id)).collect()))
    }

    async fn edit_nodes(&self, edits: Vec<NodeEdit>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        self.call(self.metadata.edit_nodes(&self.owner, &edits)).await.map(items)
    }

    async fn trash_nodes(&self, nodes: Vec<NodeAt>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        self.call(self.metadata.trash_nodes(&self.owner, &nodes)).await.map(items)
    }

    async fn restore_nodes(&self, nodes: Vec<NodeAt>) -> Result<Vec<BatchItem<Node>>, ClientError> {
        self.call(self.metadata.restore_nodes(&self.owner, &nodes)).await.map(items)
    }

    async fn create_link(&self, new: &NewLink) -> Result<PublicLink, ClientError> {
        self.call(self.metadata.create_link(&self.owner, new.node, new.slug.clone()))
            .await
            .map(|given| link(given.link))
    }

    async fn list_link(&self, slug: &Slug, listed: bool) -> Result<PublicLink, ClientError> {
        self.call(self.metadata.list_link(&self.owner, slug, listed, None)).await.map(link)
    }

    async fn end_link(&self, slug: &Slug) -> Result<PublicLink, ClientError> {
        self.call(self.metadata.end_link(&self.owner, slug)).await.map(link)
    }
}
