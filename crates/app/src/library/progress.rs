//! How far the copy reaches.

use notespot_protocol::{Me, Revision, Timestamp};

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
        self.database
            .read(|connection| {
                let (revision, as_of, me) =
                    connection.query_row("SELECT revision, as_of, me FROM progress", [], |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, Option<i64>>(1)?,
                            row.get::<_, Option<String>>(2)?,
                        ))
                    })?;
                Ok(Progress {
                    revision: Revision(revision.unsigned_abs()),
                    as_of: as_of.map(Timestamp::from_millis),
                    me: me.as_deref().map(rows::from_json).transpose()?,
                })
            })
            .await
    }

    pub(crate) async fn set_me(&self, me: &Me) -> Result<(), LibraryError> {
        let me = rows::to_json(me)?;
        self.change(move |writer| {
            writer.tx.execute("UPDATE progress SET me = ?1", [me])?;
            Ok(())
        })
        .await
    }

    /// Notes that the library held everything at this moment.
    pub(crate) async fn set_as_of(&self, time: Timestamp) -> Result<(), LibraryError> {
        self.change(move |writer| {
            writer.tx.execute("UPDATE progress SET as_of = ?1", [time.as_millis()])?;
            Ok(())
        })
        .await
    }
}
