//! The owner's order of changes.

use notespot_protocol::{Revision, UserId};

use super::{Connection, rows};
use crate::{MetadataError, Result};

/// Takes the owner's next revision, in the transaction of the change that it stands for: it becomes
/// visible together with everything below it.
pub(super) async fn next(connection: &mut Connection, owner: &UserId) -> Result<Revision> {
    Ok(next_many(connection, owner, 1).await?.1)
}

/// Takes `how_many` revisions at once, for a change of that many things: the first and the last.
pub(super) async fn next_many(
    connection: &mut Connection,
    owner: &UserId,
    how_many: u64,
) -> Result<(Revision, Revision)> {
    let last: Option<i64> =
        sqlx::query_scalar("UPDATE users SET revision = revision + ?2 WHERE id = ?1 RETURNING revision")
            .bind(&owner.0)
            .bind(rows::integer(how_many))
            .fetch_optional(connection)
            .await?;
    let last = last.ok_or(MetadataError::NotFound)?.unsigned_abs();
    Ok((Revision(last - how_many + 1), Revision(last)))
}
