//! The numbers beside the sidebar's entries.

use notespot_protocol::window::LibraryCounts;
use sqlx::Row as _;

use super::{DEAD, LIVES, Library, LibraryError};

impl Library {
    pub(crate) async fn counts(&self) -> Result<LibraryCounts, LibraryError> {
        let row = sqlx::QueryBuilder::<sqlx::Sqlite>::new("WITH RECURSIVE ")
            .push(DEAD)
            .push(" SELECT (SELECT count(*) FROM nodes n WHERE n.kind = 1 AND ")
            .push(LIVES)
            .push(
                ") AS files, (SELECT count(*) FROM nodes n JOIN links l ON l.node = n.id AND l.living WHERE ",
            )
            .push(LIVES)
            .push(") AS links, (SELECT count(*) FROM nodes WHERE trashed_at IS NOT NULL) AS trashed")
            .build()
            .fetch_one(&self.pool)
            .await?;
        let count =
            |column: &str| Ok::<_, sqlx::Error>(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0));
        Ok(LibraryCounts { files: count("files")?, links: count("links")?, trashed: count("trashed")? })
    }
}
