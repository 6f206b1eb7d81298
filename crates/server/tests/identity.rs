//! Signing in at the local identity provider, as a browser and an app do it.

mod accounts;
mod app;
mod browser;
mod codes;
pub(crate) mod forged;
mod forms;
mod keys;
mod remote_keys;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use notespot_metadata::sqlite::SqliteMetadata;
use notespot_server::identity::{LocalProvider, LocalSettings, SignUp, Verifier};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

/// The database of a server whose folder this is.
async fn accounts_in(folder: &Path) -> Arc<SqliteMetadata> {
    Arc::new(SqliteMetadata::open(&folder.join("metadata.db")).await.unwrap())
}

/// A provider that listens, with its own folder.
struct Running {
    provider: Arc<LocalProvider>,
    verifier: Verifier,
    url: Url,
    folder: TempDir,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Running {
    async fn start(sign_up: SignUp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(folder, listener, sign_up).await
    }

    async fn on(folder: TempDir, listener: TcpListener, sign_up: SignUp) -> Self {
        let accounts = accounts_in(folder.path()).await;
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let settings = LocalSettings {
            keys_dir: Self::keys_of(folder.path()),
            public_url: url.clone(),
            client_id: None,
            sign_up,
        };
        let provider = LocalProvider::open(accounts.clone(), accounts, settings).await.unwrap();
        let app = provider.router().into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let verifier = Verifier::new(&url, vec![provider.trusted()]);
        Self { provider, verifier, url, folder, server }
    }

    fn keys_of(folder: &Path) -> std::path::PathBuf {
        folder.join("identity")
    }

    fn at(&self, path: &str) -> String {
        self.url.join(path).unwrap().into()
    }
}
