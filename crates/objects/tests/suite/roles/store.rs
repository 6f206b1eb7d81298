//! The embedded store behind keys that end: it forgets each that a later one was shown after.

use std::sync::atomic::{AtomicU32, Ordering};

use notespot_objects::embedded::{BUCKET, EmbeddedStore};
use s3s::auth::{S3Auth, SecretKey};
use s3s::service::S3ServiceBuilder;
use s3s::{S3Result, s3_error};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

use crate::embedded::accept;

pub(super) struct Guarded {
    url: Url,
    _folder: TempDir,
}

impl Guarded {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let store = EmbeddedStore::open(folder.path(), &url).unwrap();
        let mut service = S3ServiceBuilder::new(store);
        service.set_auth(Keys::default());
        accept(listener, service.build());
        Self { url, _folder: folder }
    }

    pub(super) fn bucket(&self) -> String {
        format!("s3://{BUCKET}?region=notespot&endpoint={}&path_style=true", self.url)
    }
}

/// Keys end with a number, and their secrets follow from them.
#[derive(Default)]
struct Keys {
    newest: AtomicU32,
}

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let number = access_key.get(4..).and_then(|number| number.parse().ok());
        let number: u32 = number.ok_or_else(|| s3_error!(InvalidAccessKeyId))?;
        // The server's own calls have the third key, and presigned requests go on with the second.
        if self.newest.fetch_max(number.min(2), Ordering::Relaxed) > number {
            return Err(s3_error!(InvalidAccessKeyId));
        }
        Ok(format!("secret-of-{access_key}").into())
    }
}
