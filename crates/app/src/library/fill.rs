//! The first fill, and filling afresh.

use notespot_protocol::{Revision, Timestamp};

use super::database::Durable;
use super::index::Index;
use super::{Library, LibraryError, rows, schema};

impl Library {
    /// Empties it, to be filled with everything. What waits to be sent stays, and lies over what comes. `newest`: the
    /// server's revision at this moment.
    pub(crate) async fn begin_fill(&self, newest: Revision) -> Result<(), LibraryError> {
        let library = self.clone();
        let empty = move |tx: &rusqlite::Transaction<'_>| {
            schema::drop_indexes(tx)?;
            // What the server does not have yet, it cannot bring back.
            tx.execute("DELETE FROM nodes WHERE base IS NOT ''", [])?;
            tx.execute("DELETE FROM links WHERE revision > 0", [])?;
            tx.execute(
                "UPDATE progress SET revision = 0, as_of = NULL, filling_since = ?1",
                [rows::integer(newest.0)],
            )?;
            Ok(())
        };
        let forget = move |(), connection: &rusqlite::Connection| {
            *library.index_mut() = Some(Index::load(connection, library.pins().ranks())?);
            Ok(())
        };
        self.database.write(Durable::AtOnce, empty, forget).await?;
        self.is_indexed.send_replace(true);
        Ok(())
    }

    /// It never held everything, and nothing fills it yet.
    pub(crate) async fn is_new(&self) -> Result<bool, LibraryError> {
        let is_new = "SELECT as_of IS NULL AND filling_since IS NULL FROM progress";
        self.database.read(move |connection| Ok(connection.query_row(is_new, [], |row| row.get(0))?)).await
    }

    /// The fill that is under way, where one is: the server's newest revision when it began.
    pub(crate) async fn filling_since(&self) -> Result<Option<Revision>, LibraryError> {
        let since: Option<i64> = self
            .database
            .read(|connection| {
                Ok(connection.query_row("SELECT filling_since FROM progress", [], |row| row.get(0))?)
            })
            .await?;
        Ok(since.map(|since| Revision(since.unsigned_abs())))
    }

    /// Everything is in: from now on, lists are kept in order change by change.
    pub(crate) async fn end_fill(&self) -> Result<(), LibraryError> {
        self.change(|writer| {
            // What did not come is there no more.
            writer.lose_edits("node NOT IN (SELECT id FROM nodes)", [])?;
            schema::make_indexes(writer.tx)?;
            let now = Timestamp::now().as_millis();
            writer.tx.execute("UPDATE progress SET filling_since = NULL, as_of = ?1", [now])?;
            Ok(())
        })
        .await?;
        let library = self.clone();
        let order = move |connection: &rusqlite::Connection| match library.index_mut().as_mut() {
            Some(index) => index.put_names_in_order(connection),
            None => Ok(()),
        };
        self.database.hold(order).await
    }
}
