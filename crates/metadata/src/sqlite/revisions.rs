//! The owner's order of changes.

use notespot_protocol::Revision;

use super::{Mutation, rows};
use crate::{MetadataError, Result};

/// Takes the owner's next revision, in the transaction of the change that it stands for: it becomes
/// visible together with everything below it.
pub(super) async fn next(tx: &mut Mutation<'_>) -> Result<Revision> {
    next_many(tx, 1).await
}

/// Takes `how_many` revisions at once, for a change of that many things: the first. The only place in which
/// revisions are taken.
pub(super) async fn next_many(tx: &mut Mutation<'_>, how_many: u64) -> Result<Revision> {
    let owner = tx.owner();
    let last: Option<i64> =
        sqlx::query_scalar("UPDATE users SET revision = revision + ?2 WHERE id = ?1 RETURNING revision")
            .bind(&owner.0)
            .bind(rows::integer(how_many))
            .fetch_optional(&mut **tx)
            .await?;
    let last = Revision(last.ok_or(MetadataError::NotFound)?.unsigned_abs());
    tx.took(last);
    Ok(Revision(last.0 - how_many + 1))
}
