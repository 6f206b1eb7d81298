//! S3's client, with the embedded store as its server.

use notespot_objects::ObjectStore;
use notespot_objects::embedded::BUCKET;
use notespot_objects::s3::{S3Config, S3Store};

use crate::embedded;

notespot_objects::object_store_conformance!(Running::start().await);

struct Running {
    store: S3Store,
    _server: embedded::Running,
}

impl Running {
    async fn start() -> Self {
        let server = embedded::Running::start().await;
        let config = S3Config {
            bucket: BUCKET.to_owned(),
            region: Some("notespot".to_owned()),
            endpoint: Some(server.url.clone()),
            public_endpoint: None,
            path_style: true,
        };
        let (key, secret) = server.store.credentials();
        let store = S3Store::with_credentials(&config, key, secret).unwrap();
        Self { store, _server: server }
    }

    fn store(&self) -> &dyn ObjectStore {
        &self.store
    }
}
