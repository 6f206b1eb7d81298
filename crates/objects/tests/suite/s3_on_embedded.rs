//! S3's client, with the embedded store as its server, with each checksum that it may be told to use.

use notespot_objects::ObjectStore;
use notespot_objects::embedded::BUCKET;
use notespot_objects::s3::{S3Config, S3Store};
use notespot_protocol::ChecksumAlgorithm;

use crate::embedded;

mod as_found_out {
    notespot_objects::object_store_conformance!(super::Running::start(None).await);
}

mod with_crc32c {
    use super::ChecksumAlgorithm::Crc32c;

    notespot_objects::object_store_conformance!(super::Running::start(Some(Crc32c)).await);
}

mod with_sha256 {
    use super::ChecksumAlgorithm::Sha256;

    notespot_objects::object_store_conformance!(super::Running::start(Some(Sha256)).await);
}

struct Running {
    store: S3Store,
    _server: embedded::Running,
}

impl Running {
    async fn start(checksum: Option<ChecksumAlgorithm>) -> Self {
        let server = embedded::Running::start().await;
        let config = S3Config {
            region: Some("notespot".to_owned()),
            endpoint: Some(server.url.clone()),
            path_style: true,
            checksum,
            ..S3Config::new(BUCKET.to_owned())
        };
        let (key, secret) = server.store.credentials();
        let store = S3Store::with_credentials(&config, key, secret).await.unwrap();
        Self { store, _server: server }
    }

    fn store(&self) -> &dyn ObjectStore {
        &self.store
    }
}
