//! The tables, and bringing them up to date.

use rusqlite::Connection;

use super::LibraryError;

/// Each brings the tables from one version to the next. `user_version` says how many were run.
const STEPS: [&str; 1] = [include_str!("schema.sql")];

/// What lists are read by without the [index](super::index). A first fill makes them when it has ended: kept up
/// row by row, they cost four times what everything else does.
const INDEXES: &str = "\
    CREATE INDEX IF NOT EXISTS nodes_by_parent ON nodes (parent, kind, sort_key) WHERE trashed_at IS NULL;
    CREATE INDEX IF NOT EXISTS nodes_by_name ON nodes (sort_key);";

/// Brings the tables up to date. A file of another program, or of a newer version, is refused. Blocks.
pub(super) fn bring_up_to_date(connection: &mut Connection) -> Result<(), LibraryError> {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if done == 0 && has_tables(&tx)? {
        return Err(LibraryError::Unusable("its tables are not ours"));
    }
    let steps =
        STEPS.get(done as usize..).ok_or(LibraryError::Unusable("a newer version of the app made it"))?;
    for step in steps {
        tx.execute_batch(step)?;
    }
    let done = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
    tx.pragma_update(None, "user_version", done)?;
    Ok(tx.commit()?)
}

/// Makes the indexes, where they are not there.
pub(super) fn make_indexes(connection: &Connection) -> Result<(), LibraryError> {
    Ok(connection.execute_batch(INDEXES)?)
}

/// Takes the indexes away, for a fill.
pub(super) fn drop_indexes(connection: &Connection) -> Result<(), LibraryError> {
    Ok(connection
        .execute_batch("DROP INDEX IF EXISTS nodes_by_parent; DROP INDEX IF EXISTS nodes_by_name;")?)
}

fn has_tables(connection: &Connection) -> Result<bool, LibraryError> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?)
}
