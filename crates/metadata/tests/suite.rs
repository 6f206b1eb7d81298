//! The suite over both databases, and what is each one's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

#[path = "suite/kills.rs"]
mod kills;
#[path = "suite/mongo.rs"]
mod mongo;
#[path = "suite/plans.rs"]
mod plans;

use notespot_metadata::nodes::Nodes as _;
use notespot_metadata::orphans::Orphans as _;
use notespot_metadata::sqlite::{OpenError, SqliteMetadata};
use notespot_metadata::uploads::Uploads as _;
use notespot_protocol::{
    ByteCount, ChecksumAlgorithm, NodeId, Sha256, Timestamp, UploadId, UserId, VersionId,
};
use tempfile::TempDir;

notespot_metadata::metadata_conformance!(Running::start().await);

struct Running {
    store: SqliteMetadata,
    _folder: TempDir,
}

impl Running {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteMetadata::open(&folder.path().join("metadata.db")).await.unwrap();
        Self { store, _folder: folder }
    }

    fn store(&self) -> &SqliteMetadata {
        &self.store
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_levels_are_no_deeper_than_a_few() {
    let running = Running::start().await;
    notespot_metadata::conformance::a_tree_of_many_levels(running.store(), 8_192).await;
}

#[tokio::test]
async fn a_setting_that_changed_counts_for_everybody_without_a_quota_of_their_own() {
    let running = Running::start().await;
    let fewer = running.store.clone().with_default_quota(ByteCount(500));
    notespot_metadata::conformance::what_everybody_may_store_follows_the_settings(running.store(), &fewer)
        .await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_said_to_be_damaged_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.db");
    let nonsense = vec![b'x'; 5000];
    std::fs::write(&path, &nonsense).unwrap();
    assert!(matches!(SqliteMetadata::open(&path).await, Err(OpenError::Damaged { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), nonsense);
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.db");
    SqliteMetadata::open(&path).await.unwrap().close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    assert!(matches!(SqliteMetadata::open(&path).await, Err(OpenError::Newer { .. })));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said_to_be_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone").join("metadata.db");
    assert!(matches!(SqliteMetadata::open(&path).await, Err(OpenError::Unreadable { .. })));
}

#[tokio::test]
async fn a_file_of_an_earlier_version_keeps_its_content_and_can_share_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.db");
    let mut earlier = sqlx::migrate!("./migrations");
    earlier.migrations = earlier.migrations.iter().filter(|one| one.version <= 2).cloned().collect();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options.foreign_keys(true)).await.unwrap();
    earlier.run(&pool).await.unwrap();
    let (node, version) = (NodeId::generate(), VersionId::generate());
    sqlx::query(
        "INSERT INTO users (id, name, quota, used) VALUES ('ada', 'Ada', 1000000, 100);
         INSERT INTO nodes (id, owner, parent, kind, name, unique_key, sort_key, version, size, created_at, modified_at, revision)
             VALUES (?1, 'ada', x'', 1, 'a.txt', 'a.txt', 'a.txt', ?2, 100, 5, 5, 1);
         INSERT INTO versions (id, node, size, content_type, sha256, uploaded_at, object_key)
             VALUES (?2, ?1, 100, 'text/plain', ?3, 5, 'the-object');
         INSERT INTO uploads (id, owner, client_ref, parent, name, on_conflict, size, content_type, object_key, part_bytes, part_count, state, created_at)
             VALUES (?2, 'ada', ?2, x'', 'b.txt', 'fail', 100, 'text/plain', 'on-its-way', 100, 1, 'open', 5);",
    )
    .bind(node.0.as_bytes().to_vec())
    .bind(version.0.as_bytes().to_vec())
    .bind(vec![7_u8; 32])
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;

    let store = SqliteMetadata::open(&path).await.unwrap();
    let ada = UserId("ada".to_owned());
    let (kept, stored) = store.stored_version(&ada, node, None).await.unwrap();
    assert_eq!((kept.name.as_str(), stored.object_key.as_str()), ("a.txt", "the-object"));
    assert_eq!(stored.content.version, version);
    assert_eq!(kept.content, Some(stored.content), "lists say the same of it");
    let asked = [(ByteCount(100), Some(Sha256::from_bytes([7; 32])))];
    assert_eq!(store.has_content(&ada, &asked).await.unwrap(), [true]);
    let on_its_way = store.upload(&ada, UploadId(version.0)).await.unwrap();
    assert_eq!(on_its_way.destination.checksum, ChecksumAlgorithm::Crc64Nvme);
    store.trash_node(&ada, node, None).await.unwrap();
    store.delete_node(&ada, node).await.unwrap();
    assert_eq!(store.orphans(Timestamp::now(), 10).await.unwrap()[0].object_key, "the-object");
}
