//! A server that keeps real metadata, and can be stopped and started again on its port.

use std::net::SocketAddr;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use notespot_metadata::MetadataError;
use notespot_metadata::changes::{Changes as _, StoredChange};
use notespot_metadata::links::{Links as _, StoredLink};
use notespot_metadata::nodes::Nodes as _;
use notespot_metadata::sqlite::SqliteMetadata;
use notespot_metadata::uploads::{Destination, Uploads as _, Wanted};
use notespot_metadata::users::{Profile, Users as _};
use notespot_protocol::{
    ByteCount, Change, ChangeKind, ChangesPage, ChangesQuery, ChecksumAlgorithm, ClientRef, Discovery,
    ErrorCode, Limits, NewFolder, NewLink, Node, NodeId, NodeName, NodePatch, OnConflict, Problem,
    PublicLink, Sha256, Slug, Timestamp, UserId,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Shared = Arc<SqliteMetadata>;
type Answer<T> = Result<Json<T>, Refused>;

pub(crate) struct Stand {
    pub(crate) folder: TempDir,
    pub(crate) metadata: Shared,
    pub(crate) address: SocketAddr,
    running: Option<JoinHandle<()>>,
}

pub(crate) fn ada() -> UserId {
    UserId("ada".into())
}

impl Stand {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let metadata = Arc::new(open(&folder.path().join("metadata.db")).await);
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut stand = Self { folder, metadata, address, running: None };
        stand.start_again().await;
        stand
    }

    /// On the same port as before: the address is what programs remember.
    pub(crate) async fn start_again(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.address = listener.local_addr().unwrap();
        let app = router().with_state(self.metadata.clone());
        self.running = Some(tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }));
    }

    /// Nothing listens any more, and open connections are cut.
    pub(crate) async fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
    }

    /// A file that was uploaded from elsewhere.
    pub(crate) async fn file(&self, parent: Option<NodeId>, name: &str) -> Node {
        let wanted = Wanted {
            client_ref: ClientRef::generate(),
            parent,
            name: NodeName::new(name).unwrap(),
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
        let upload = self.metadata.begin_upload(&ada(), &wanted, &destination).await.unwrap();
        self.metadata.publish_upload(&ada(), upload.id, Sha256::from_bytes([7; 32])).await.unwrap()
    }

    pub(crate) async fn folder(&self, parent: Option<NodeId>, name: &str) -> Node {
        let folder = NewFolder {
            client_ref: ClientRef::generate(),
            id: None,
            parent,
            name: NodeName::new(name).unwrap(),
            on_conflict: OnConflict::Fail,
            reuse: false,
        };
        self.metadata.create_folder(&ada(), &folder).await.unwrap()
    }
}

async fn open(path: &FilePath) -> SqliteMetadata {
    let metadata = SqliteMetadata::open(path).await.unwrap();
    let profile = Profile { id: ada(), name: "Ada".into(), email: None };
    metadata.ensure_user(&profile, ByteCount(1 << 30)).await.unwrap();
    metadata
}

fn router() -> Router<Shared> {
    Router::new()
        .route("/.well-known/notespot.json", get(discovery))
        .route("/v1/me", get(async |State(m): State<Shared>| answer(m.user(&ada()).await)))
        .route("/v1/changes", get(changes))
        .route(
            "/v1/nodes",
            post(async |State(m): State<Shared>, Json(new): Json<NewFolder>| {
                answer(m.create_folder(&ada(), &new).await)
            }),
        )
        .route(
            "/v1/nodes/{id}",
            axum::routing::patch(
                async |State(m): State<Shared>, Path(id): Path<NodeId>, Json(patch): Json<NodePatch>| {
                    answer(m.edit_node(&ada(), id, &patch, None).await)
                },
            ),
        )
        .route(
            "/v1/nodes/{id}/trash",
            post(async |State(m): State<Shared>, Path(id): Path<NodeId>| {
                answer(m.trash_node(&ada(), id, None).await)
            }),
        )
        .route(
            "/v1/nodes/{id}/restore",
            post(async |State(m): State<Shared>, Path(id): Path<NodeId>| {
                answer(m.restore_node(&ada(), id, None).await)
            }),
        )
        .route(
            "/v1/links",
            post(async |State(m): State<Shared>, Json(new): Json<NewLink>| {
                answer(m.create_link(&ada(), new.node, new.slug).await.map(link))
            }),
        )
        .route(
            "/v1/links/{slug}",
            get(async |State(m): State<Shared>, Path(slug): Path<Slug>| {
                answer(m.link(&ada(), &slug).await.map(link))
            }),
        )
        .route(
            "/v1/links/{slug}",
            delete(async |State(m): State<Shared>, Path(slug): Path<Slug>| {
                answer(m.end_link(&ada(), &slug).await.map(link))
            }),
        )
}

async fn discovery() -> Json<Discovery> {
    Json(Discovery {
        product: "notespot".into(),
        api_version: 1,
        server_version: "0".into(),
        public_url: "http://localhost".into(),
        issuer: "http://localhost".into(),
        oauth_client_id: "desktop".into(),
        limits: Limits { file_bytes: ByteCount(1), batch_items: 1 },
        time: Timestamp::now(),
    })
}

async fn changes(State(m): State<Shared>, Query(query): Query<ChangesQuery>) -> Answer<ChangesPage> {
    let stored = m.changes(&ada(), &query).await?;
    let change = |stored: StoredChange| Change {
        revision: stored.revision(),
        kind: match stored {
            StoredChange::Node(node) => ChangeKind::Node { node: *node },
            StoredChange::NodeDeleted { id, .. } => ChangeKind::NodeDeleted { id },
            StoredChange::Link(stored) => ChangeKind::Link { link: link(stored) },
        },
    };
    let changes = stored.changes.into_iter().map(change).collect();
    Ok(Json(ChangesPage { changes, revision: stored.revision, newest: stored.newest, more: stored.more }))
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
        revision: stored.revision,
    }
}

fn answer<T>(result: notespot_metadata::Result<T>) -> Answer<T> {
    Ok(Json(result?))
}

struct Refused(MetadataError);

impl From<MetadataError> for Refused {
    fn from(error: MetadataError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, code) = match &self.0 {
            MetadataError::NameTaken { .. } => (409, ErrorCode::NameTaken),
            MetadataError::NotFound => (404, ErrorCode::NotFound),
            _ => (500, ErrorCode::Internal),
        };
        let problem = Problem::new(status, code, self.0.to_string());
        let headers = [("content-type", "application/problem+json")];
        (StatusCode::from_u16(status).unwrap(), headers, Json(problem)).into_response()
    }
}
