//! The suite over SQLite, and what is SQLite's own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed; clippy.toml's exceptions stop at helper functions"
)]

#[path = "suite/kills.rs"]
mod kills;
#[path = "suite/plans.rs"]
mod plans;

use notespot_metadata::sqlite::{OpenError, SqliteMetadata};
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
