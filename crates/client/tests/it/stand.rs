//! A server to sign in at, and programs that do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router, routing::get};
use notespot_client::{ApiClient, MemoryStore, SecretStore, Session, SessionConfig, SessionStatus};
use notespot_metadata::sqlite::SqliteMetadata;
use notespot_protocol::{ByteCount, Discovery, ErrorCode, Limits, Me, Problem, Revision, Timestamp};
use notespot_server::identity::{LocalProvider, LocalSettings, SignUp, Verifier};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

/// The longest that anything in a test waits.
pub(crate) const BOUND: Duration = Duration::from_secs(20);
pub(crate) const DEEP_LINK: &str = "notespot://auth/callback";

pub(crate) struct Stand {
    pub(crate) url: Url,
    pub(crate) folder: TempDir,
    pub(crate) store: MemoryStore,
    server: tokio::task::JoinHandle<()>,
}

impl Stand {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let accounts = Arc::new(SqliteMetadata::open(&folder.path().join("m.db")).await.unwrap());
        let settings = LocalSettings {
            keys_dir: folder.path().join("identity"),
            public_url: url.clone(),
            client_id: None,
            sign_up: SignUp::Open,
        };
        let provider = LocalProvider::open(accounts.clone(), accounts, settings).await.unwrap();
        let discovery = Discovery {
            product: "notespot".into(),
            api_version: 1,
            server_version: "0".into(),
            public_url: url.to_string(),
            issuer: provider.issuer().into(),
            oauth_client_id: provider.client_id().into(),
            limits: Limits { file_bytes: ByteCount(1), batch_items: 1 },
            time: Timestamp::now(),
        };
        let verifier = Arc::new(Verifier::new(&url, vec![provider.trusted()]));
        let app = Router::new()
            .route("/.well-known/notespot.json", get(move || std::future::ready(Json(discovery.clone()))))
            .route("/v1/me", get(me).with_state(verifier))
            .merge(provider.router())
            .into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, folder, store: MemoryStore::as_keyring(), server }
    }

    pub(crate) fn stop(&self) {
        self.server.abort();
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.folder.path().join("session.lock")
    }

    pub(crate) fn config(&self) -> SessionConfig {
        self.config_with(Arc::new(self.store.clone()))
    }

    pub(crate) fn config_with(&self, store: Arc<dyn SecretStore>) -> SessionConfig {
        SessionConfig::new(self.url.clone(), store, self.lock_file())
    }

    /// A program that starts: it takes up the session of the last run.
    pub(crate) async fn program(&self) -> ApiClient {
        self.program_with(self.config()).await
    }

    pub(crate) async fn program_with(&self, config: SessionConfig) -> ApiClient {
        let session = Session::new(config).unwrap();
        session.restore().await;
        ApiClient::new(session)
    }

    /// A program in which Ada has signed in.
    pub(crate) async fn signed_in(&self) -> ApiClient {
        let api = self.program().await;
        sign_in(&api).await;
        api
    }
}

pub(crate) async fn begin(api: &ApiClient) -> String {
    let redirect = Url::parse(DEEP_LINK).unwrap();
    api.session().begin_sign_in(&redirect).await.unwrap().to_string()
}

pub(crate) async fn sign_in(api: &ApiClient) -> String {
    let page = begin(api).await;
    let link = notespot_testkit::Person::ada().unwrap().sign_in(&page).await.unwrap();
    api.session().finish_sign_in(&link).await.unwrap();
    link
}

pub(crate) fn status(api: &ApiClient) -> SessionStatus {
    api.session().status().borrow().clone()
}

pub(crate) async fn me(State(verifier): State<Arc<Verifier>>, headers: HeaderMap) -> Response {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(principal) = verifier.verify(bearer.trim_start_matches("Bearer ")).await else {
        let problem = Problem::new(401, ErrorCode::NotSignedIn, "Sign in.");
        let headers = [("content-type", "application/problem+json")];
        return (StatusCode::UNAUTHORIZED, headers, Json(problem)).into_response();
    };
    Json(Me {
        id: principal.user,
        name: "Ada".into(),
        email: None,
        used: ByteCount::ZERO,
        quota: ByteCount::ZERO,
        revision: Revision::ZERO,
    })
    .into_response()
}
