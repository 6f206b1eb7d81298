//! Looking at a file from outside, for whoever sets a server up. Nothing in it is changed.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::open::{BUSY_TIMEOUT, MIGRATIONS, OpenError, refusal};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The version of the schema that is there.
    pub schema: i64,
    /// The one that this program makes.
    pub newest: i64,
}

/// Looks at the file at `path`, which is there.
///
/// # Errors
/// As for opening it; a schema that is newer is none.
pub async fn examine(path: &Path) -> Result<Examined, OpenError> {
    let refused = |source| refusal(path, source);
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await.map_err(refused)?;
    let there = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations");
    let schema = there.fetch_one(&mut connection).await.map_err(refused)?;
    connection.close().await.map_err(refused)?;
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    Ok(Examined { schema, newest })
}

#[cfg(test)]
mod tests {
    use super::super::SqliteMetadata;
    use super::*;

    #[tokio::test]
    async fn a_file_of_an_older_program_is_told_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metadata.db");
        let store = SqliteMetadata::open(&path).await.unwrap();
        let forget =
            "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
        let found = examine(&path).await.unwrap();
        assert_eq!(found.schema, found.newest);
        sqlx::query(forget).execute(&store.writer).await.unwrap();
        store.close().await;
        let before = std::fs::read(&path).unwrap();
        let older = examine(&path).await.unwrap();
        assert!(older.schema < older.newest && older.newest == found.newest, "{older:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        std::fs::write(&path, [7; 4096]).unwrap();
        assert!(matches!(examine(&path).await, Err(OpenError::Damaged { .. })));
    }
}
