//! How far the copy reaches.

use notespot_protocol::{Me, Revision, Timestamp};
use sqlx::Row as _;

use super::{Library, LibraryError, rows};

/// How far the copy reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Everything up to here is in.
    pub(crate) revision: Revision,
    /// When it last held everything that the server had.
    pub(crate) as_of: Option<Timestamp>,
    /// Whose it is, as last heard.
    pub(crate) me: Option<Me>,
}

impl Library {
    pub(crate) async fn progress(&self) -> Result<Progress, LibraryError> {
        let row = sqlx::query("SELECT revision, as_of, me FROM progress").fetch_one(&self.pool).await?;
        let me: Option<String> = row.try_get("me")?;
        Ok(Progress {
            revision: Revision(row.try_get::<i64, _>("revision")?.unsigned_abs()),
            as_of: row.try_get::<Option<i64>, _>("as_of")?.map(Timestamp::from_millis),
            me: me.as_deref().map(rows::from_json).transpose()?,
        })
    }

    pub(crate) async fn set_me(&self, me: &Me) -> Result<(), LibraryError> {
        sqlx::query("UPDATE progress SET me = ?1").bind(rows::to_json(me)?).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes that the library held everything at this moment.
    pub(crate) async fn set_as_of(&self, time: Timestamp) -> Result<(), LibraryError> {
        sqlx::query("UPDATE progress SET as_of = ?1").bind(time.as_millis()).execute(&self.pool).await?;
        Ok(())
    }

    /// Empties it, to be filled afresh.
    pub(crate) async fn clear(&self) -> Result<(), LibraryError> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM nodes").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM links").execute(&mut *tx).await?;
        sqlx::query("UPDATE progress SET revision = 0, as_of = NULL").execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}
