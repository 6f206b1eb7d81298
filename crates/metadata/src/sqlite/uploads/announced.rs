//! What the parts of open uploads were presigned for.

use std::collections::HashMap;

use notespot_protocol::{Checksum, ChecksumAlgorithm, UploadId};
use sqlx::{QueryBuilder, Row as _};

use super::super::{Connection, rows};
use crate::Result;

pub(super) async fn add(tx: &mut Connection, id: UploadId, parts: &[(u32, Checksum)]) -> Result<()> {
    let mut insert = QueryBuilder::new("INSERT INTO announced_parts (upload, number, checksum) ");
    insert.push_values(parts, |mut row, (number, checksum)| {
        row.push_bind(rows::key(id.0)).push_bind(number).push_bind(checksum.to_base64());
    });
    insert.push(
        " ON CONFLICT (upload, number) DO UPDATE SET checksum = '' WHERE checksum <> excluded.checksum",
    );
    insert.build().persistent(false).execute(tx).await?;
    Ok(())
}

pub(super) async fn all(
    connection: &mut Connection,
    id: UploadId,
    algorithm: ChecksumAlgorithm,
) -> Result<HashMap<u32, Checksum>> {
    let found =
        sqlx::query("SELECT number, checksum FROM announced_parts WHERE upload = ?1 AND checksum <> ''")
            .bind(rows::key(id.0))
            .fetch_all(connection)
            .await?;
    found
        .iter()
        .map(|row| {
            let checksum = Checksum::from_base64(algorithm, row.try_get("checksum")?);
            Ok((row.try_get("number")?, checksum.map_err(rows::unreadable)?))
        })
        .collect()
}

pub(super) async fn doubt(tx: &mut Connection, id: UploadId) -> Result<()> {
    sqlx::query("UPDATE announced_parts SET checksum = '' WHERE upload = ?1")
        .bind(rows::key(id.0))
        .execute(tx)
        .await?;
    Ok(())
}

/// The upload has ended.
pub(super) async fn forget(tx: &mut Connection, id: UploadId) -> Result<()> {
    sqlx::query("DELETE FROM announced_parts WHERE upload = ?1").bind(rows::key(id.0)).execute(tx).await?;
    Ok(())
}
