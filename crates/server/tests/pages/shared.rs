//! Somebody with files.

use std::sync::Arc;

use notespot_metadata::links::{Links as _, StoredLink};
use notespot_metadata::nodes::Nodes as _;
use notespot_metadata::sqlite::SqliteMetadata;
use notespot_metadata::uploads::{Destination, Uploads as _, Wanted};
use notespot_metadata::users::{Profile, Users as _};
use notespot_protocol::{
    ByteCount, ChecksumAlgorithm, ClientRef, NodeId, NodeName, NodePatch, OnConflict, Sha256, Slug, UserId,
};
use sha2::Digest as _;
use tempfile::TempDir;

/// One person's files, in a database of their own.
pub(super) struct Library {
    pub(super) metadata: Arc<SqliteMetadata>,
    owner: UserId,
    pub(super) folder: TempDir,
}

impl Library {
    pub(super) async fn new(owner_name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let metadata = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
        let owner = UserId("user_ada".to_owned());
        let profile = Profile { id: owner.clone(), name: owner_name.to_owned(), email: None };
        metadata.ensure_user(&profile, ByteCount(1 << 40)).await.unwrap();
        Self { metadata: Arc::new(metadata), owner, folder }
    }

    /// Publishes a file whose bytes are at `key`, and links it.
    pub(super) async fn share(
        &self,
        name: &str,
        content_type: &str,
        content: &[u8],
        key: &str,
    ) -> StoredLink {
        let size = ByteCount(u64::try_from(content.len()).unwrap());
        let wanted = Wanted {
            client_ref: ClientRef::generate(),
            parent: None,
            name: NodeName::new(name).unwrap(),
            on_conflict: OnConflict::KeepBoth,
            size,
            content_type: content_type.to_owned(),
            modified_at: None,
        };
        let destination = Destination {
            object_key: key.to_owned(),
            multipart_id: None,
            part_bytes: size,
            part_count: 1,
            checksum: ChecksumAlgorithm::Crc64Nvme,
        };
        let upload = self.metadata.begin_upload(&self.owner, &wanted, &destination).await.unwrap();
        let sha256 = Sha256::from_bytes(sha2::Sha256::digest(content).into());
        let node = self.metadata.publish_upload(&self.owner, upload.id, sha256).await.unwrap();
        self.metadata.create_link(&self.owner, node.id, None).await.unwrap().link
    }

    pub(super) async fn describe(&self, node: NodeId, description: &str) {
        let patch = NodePatch { description: Some(description.to_owned()), ..NodePatch::default() };
        self.metadata.edit_node(&self.owner, node, &patch, None).await.unwrap();
    }

    pub(super) async fn list(&self, slug: &Slug) {
        self.metadata.list_link(&self.owner, slug, true, None).await.unwrap();
    }

    pub(super) async fn end(&self, slug: &Slug) {
        self.metadata.end_link(&self.owner, slug).await.unwrap();
    }

    pub(super) async fn views(&self, slug: &Slug) -> u64 {
        self.metadata.link(&self.owner, slug).await.unwrap().views
    }
}
