//! Personal access tokens.

use async_trait::async_trait;
use notespot_protocol::{AccessToken, Sha256, Timestamp, TokenId, UserId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{SqliteMetadata, reader, rows};
use crate::tokens::{Tokens, is_use_to_note};
use crate::{MetadataError, Result};

const BY_HASH: &str = "SELECT t.owner, t.id, t.name, t.scopes, t.created_at, t.ends_at, t.used_at, u.is_banned \
                       FROM tokens t JOIN users u ON u.id = t.owner \
                       WHERE t.hash = ?1 AND (t.ends_at IS NULL OR t.ends_at > ?2)";

#[async_trait]
impl Tokens for SqliteMetadata {
    async fn add_token(&self, owner: &UserId, token: &AccessToken, hash: Sha256) -> Result<()> {
        sqlx::query(
            "INSERT INTO tokens (id, owner, hash, name, scopes, created_at, ends_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(rows::key(token.id.0))
        .bind(&owner.0)
        .bind(hash.as_bytes().to_vec())
        .bind(&token.name)
        .bind(serde_json::to_string(&token.scopes).map_err(rows::unreadable)?)
        .bind(token.created_at.as_millis())
        .bind(token.ends_at.map(Timestamp::as_millis))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn token_by_hash(&self, hash: Sha256, now: Timestamp) -> Result<(UserId, AccessToken)> {
        let (owner, token) = self
            .quick
            .now(|connection| {
                let mut statement = reader::statement(connection, BY_HASH)?;
                let mut found = statement.query((hash.as_bytes(), now.as_millis()))?;
                let row = found.next()?.ok_or(MetadataError::NotFound)?;
                if row.get(7)? {
                    return Err(MetadataError::Banned);
                }
                let token = AccessToken {
                    id: TokenId(reader::uuid(row, 1)?),
                    name: reader::text(row, 2)?.to_owned(),
                    scopes: rows::json(reader::text(row, 3)?)?,
                    created_at: Timestamp::from_millis(row.get(4)?),
                    ends_at: reader::maybe_time(row, 5)?,
                    used_at: reader::maybe_time(row, 6)?,
                };
                Ok((UserId(reader::text(row, 0)?.to_owned()), token))
            })
            .await?;
        if is_use_to_note(&token, now) {
            sqlx::query("UPDATE tokens SET used_at = ?2 WHERE id = ?1")
                .bind(rows::key(token.id.0))
                .bind(now.as_millis())
                .execute(&self.writer)
                .await?;
        }
        Ok((owner, token))
    }

    async fn tokens(&self, owner: &UserId) -> Result<Vec<AccessToken>> {
        let found = sqlx::query("SELECT * FROM tokens WHERE owner = ?1 ORDER BY created_at DESC")
            .bind(&owner.0)
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(token).collect()
    }

    async fn remove_token(&self, owner: &UserId, id: TokenId) -> Result<()> {
        let removed = sqlx::query("DELETE FROM tokens WHERE id = ?1 AND owner = ?2")
            .bind(rows::key(id.0))
            .bind(&owner.0)
            .execute(&self.writer)
            .await?;
        if removed.rows_affected() == 0 { Err(MetadataError::NotFound) } else { Ok(()) }
    }
}

fn token(row: &SqliteRow) -> Result<AccessToken> {
    Ok(AccessToken {
        id: TokenId(rows::uuid(row, "id")?),
        name: row.try_get("name")?,
        scopes: rows::json(row.try_get("scopes")?)?,
        created_at: rows::time(row, "created_at")?,
        ends_at: rows::maybe_time(row, "ends_at")?,
        used_at: rows::maybe_time(row, "used_at")?,
    })
}
