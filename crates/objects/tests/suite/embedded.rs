//! The embedded store, served as the server serves it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use notespot_objects::conformance::Client;
use notespot_objects::embedded::{EmbeddedStore, OpenError};
use notespot_objects::{ObjectKey, ObjectStore};
use notespot_protocol::{ByteCount, ChecksumAlgorithm, Crc64Nvme, PartToSend};
use s3s::service::S3Service;
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

notespot_objects::object_store_conformance!(Running::start().await);

/// A store behind a socket.
pub(crate) struct Running {
    pub(crate) store: EmbeddedStore,
    pub(crate) url: Url,
    folder: TempDir,
}

impl Running {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, url) = serve(folder.path()).await;
        Self { store, url, folder }
    }

    fn store(&self) -> &dyn ObjectStore {
        &self.store
    }
}

/// Opens the store in `folder`, and serves it for as long as the test runs.
pub(crate) async fn serve(folder: &Path) -> (EmbeddedStore, Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let store = EmbeddedStore::open(folder, &url).unwrap();
    accept(listener, store.service());
    (store, url)
}

/// Serves for as long as the test runs.
pub(crate) fn accept(listener: TcpListener, service: S3Service) {
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            socket.set_nodelay(true).unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                // A client that goes away is no concern of the server's.
                let _gone = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(socket), service)
                    .await;
            });
        }
    });
}

#[tokio::test]
async fn a_folder_serves_one_store_at_a_time() {
    let running = Running::start().await;
    let second = EmbeddedStore::open(running.folder.path(), &running.url);
    assert!(matches!(second, Err(OpenError::InUse)));
}

#[tokio::test]
async fn the_key_that_requests_are_signed_with_is_nobody_elses() {
    let running = Running::start().await;
    let mode =
        |path| std::fs::metadata(running.folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("credentials.json"), 0o600);
}

#[tokio::test]
async fn what_a_process_that_died_was_writing_is_swept_and_what_it_finished_stays() {
    let folder = tempfile::tempdir().unwrap();
    let url = Url::parse("http://127.0.0.1:1").unwrap();
    let key = notespot_objects::ObjectKey::generate();
    let id = {
        let store = EmbeddedStore::open(folder.path(), &url).unwrap();
        store.create_multipart(&key, ChecksumAlgorithm::Crc64Nvme).await.unwrap()
    };
    std::fs::write(folder.path().join("tmp").join("half"), b"half").unwrap();
    let nobodys = folder.path().join("parts").join(format!("{key}-0123456789abcdef"));
    std::fs::create_dir(&nobodys).unwrap();
    let store = EmbeddedStore::open(folder.path(), &url).unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    assert!(!nobodys.exists());
    assert!(store.list_parts(&key, &id).await.unwrap().is_empty(), "an open upload is kept");
}

#[tokio::test]
async fn an_object_is_written_once() {
    let running = Running::start().await;
    let store: &dyn ObjectStore = &running.store;
    let (key, client, valid) = (ObjectKey::generate(), Client::new(), Duration::from_mins(5));
    let part = |bytes: &[u8]| PartToSend {
        number: 1,
        size: ByteCount(bytes.len() as u64),
        checksum: Crc64Nvme(crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, bytes)).into(),
    };
    let first = store.presign_put(&key, &part(b"first"), valid).await.unwrap();
    for _ in 0..2 {
        assert_eq!(client.send(&first, b"first").await.status, 200, "a retry changes nothing");
    }
    let other = store.presign_put(&key, &part(b"other"), valid).await.unwrap();
    assert_eq!(client.send(&other, b"other").await.status, 400);
    let read = store.presign_get(&key, valid).await.unwrap();
    assert_eq!(client.send(&read, b"").await.body, b"first");
}
