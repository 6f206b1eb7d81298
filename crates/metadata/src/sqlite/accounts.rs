//! The local identity provider's accounts, codes and refresh tokens.

use async_trait::async_trait;
use notespot_protocol::{Sha256, Timestamp, UserId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Connection, SqliteMetadata, rows};
use crate::accounts::{Account, Accounts, Code, Grant, REFRESH_TOKENS_KEPT, Rotated};
use crate::{MetadataError, Result};

/// `codes.taken`: not yet, once, or again after that.
const TAKEN: i64 = 1;
const REPLAYED: i64 = 2;

#[async_trait]
impl Accounts for SqliteMetadata {
    async fn add_account(&self, account: &Account) -> Result<()> {
        let added = sqlx::query(
            "INSERT INTO accounts (id, email, email_key, name, password_hash, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (email_key) DO NOTHING",
        )
        .bind(&account.id.0)
        .bind(&account.email)
        .bind(account.email.to_lowercase())
        .bind(&account.name)
        .bind(&account.password_hash)
        .bind(account.created_at.as_millis())
        .execute(&self.writer)
        .await?;
        if added.rows_affected() == 0 { Err(MetadataError::EmailTaken) } else { Ok(()) }
    }

    async fn account_by_email(&self, email: &str) -> Result<Account> {
        let row = sqlx::query("SELECT * FROM accounts WHERE email_key = ?1")
            .bind(email.to_lowercase())
            .fetch_optional(&self.readers)
            .await?;
        account(&row.ok_or(MetadataError::NotFound)?)
    }

    async fn account(&self, id: &UserId) -> Result<Account> {
        let row = sqlx::query("SELECT * FROM accounts WHERE id = ?1")
            .bind(&id.0)
            .fetch_optional(&self.readers)
            .await?;
        account(&row.ok_or(MetadataError::NotFound)?)
    }

    async fn any_account(&self) -> Result<bool> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&self.readers).await?)
    }

    async fn add_code(&self, hash: Sha256, code: &Code) -> Result<()> {
        sqlx::query(
            "INSERT INTO codes (hash, account, client_id, scope, nonce, authenticated_at, redirect_uri, challenge, \
             expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .bind(hash.as_bytes().to_vec())
        .bind(&code.grant.account.0)
        .bind(&code.grant.client_id)
        .bind(&code.grant.scope)
        .bind(&code.grant.nonce)
        .bind(code.grant.authenticated_at.as_millis())
        .bind(&code.redirect_uri)
        .bind(&code.challenge)
        .bind(code.expires_at.as_millis())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn take_code(&self, hash: Sha256, now: Timestamp) -> Result<Code> {
        let mut tx = self.write().await?;
        let hash = hash.as_bytes().to_vec();
        let row = sqlx::query("SELECT * FROM codes WHERE hash = ?1 AND expires_at > ?2")
            .bind(&hash)
            .bind(now.as_millis())
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(MetadataError::NotFound)?;
        let taken_before = row.try_get::<i64, _>("taken")? != 0;
        sqlx::query("UPDATE codes SET taken = ?2 WHERE hash = ?1")
            .bind(&hash)
            .bind(if taken_before { REPLAYED } else { TAKEN })
            .execute(&mut *tx)
            .await?;
        if taken_before {
            revoke(&mut tx, &hash).await?;
        }
        tx.commit().await?;
        if taken_before { Err(MetadataError::NotFound) } else { code(&row) }
    }

    async fn add_refresh_token(&self, hash: Sha256, code: Sha256, grant: &Grant) -> Result<()> {
        let mut tx = self.write().await?;
        let code = code.as_bytes().to_vec();
        let replayed: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM codes WHERE hash = ?1 AND taken = ?2)")
                .bind(&code)
                .bind(REPLAYED)
                .fetch_one(&mut *tx)
                .await?;
        if replayed {
            return Err(MetadataError::NotFound);
        }
        insert_token(&mut tx, hash, &code, grant).await?;
        Ok(tx.commit().await?)
    }

    async fn rotate_refresh_token(&self, old: Sha256, new: Sha256) -> Result<Rotated> {
        let mut tx = self.write().await?;
        let old = old.as_bytes().to_vec();
        let row = sqlx::query("SELECT * FROM refresh_tokens WHERE hash = ?1 AND revoked = 0")
            .bind(&old)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(MetadataError::NotFound)?;
        let family: Vec<u8> = row.try_get("family")?;
        let grant = grant(&row)?;
        let replay = row.try_get::<bool, _>("replaced")?;
        if replay {
            revoke(&mut tx, &family).await?;
        } else {
            sqlx::query("UPDATE refresh_tokens SET replaced = 1, ends_at = ?2 WHERE hash = ?1")
                .bind(&old)
                .bind(Timestamp::now().plus(REFRESH_TOKENS_KEPT).as_millis())
                .execute(&mut *tx)
                .await?;
            insert_token(&mut tx, new, &family, &grant).await?;
        }
        tx.commit().await?;
        Ok(if replay { Rotated::Replayed(grant) } else { Rotated::Next(grant) })
    }

    async fn revoke_refresh_token(&self, hash: Sha256) -> Result<Option<UserId>> {
        let mut tx = self.write().await?;
        let found = sqlx::query("SELECT family, account FROM refresh_tokens WHERE hash = ?1 AND revoked = 0")
            .bind(hash.as_bytes().to_vec())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(found) = found else { return Ok(None) };
        revoke(&mut tx, &found.try_get::<Vec<u8>, _>("family")?).await?;
        tx.commit().await?;
        Ok(Some(UserId(found.try_get("account")?)))
    }

    async fn sweep_codes(&self, now: Timestamp) -> Result<()> {
        for ended in
            ["DELETE FROM codes WHERE expires_at < ?1", "DELETE FROM refresh_tokens WHERE ends_at < ?1"]
        {
            sqlx::query(ended).bind(now.as_millis()).execute(&self.writer).await?;
        }
        Ok(())
    }
}

async fn insert_token(tx: &mut Connection, hash: Sha256, family: &[u8], grant: &Grant) -> Result<()> {
    sqlx::query(
        "INSERT INTO refresh_tokens (hash, family, account, client_id, scope, nonce, authenticated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(hash.as_bytes().to_vec())
    .bind(family.to_vec())
    .bind(&grant.account.0)
    .bind(&grant.client_id)
    .bind(&grant.scope)
    .bind(&grant.nonce)
    .bind(grant.authenticated_at.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

async fn revoke(tx: &mut Connection, family: &[u8]) -> Result<()> {
    sqlx::query("UPDATE refresh_tokens SET revoked = 1, ends_at = ?2 WHERE family = ?1")
        .bind(family.to_vec())
        .bind(Timestamp::now().plus(REFRESH_TOKENS_KEPT).as_millis())
        .execute(tx)
        .await?;
    Ok(())
}

fn account(row: &SqliteRow) -> Result<Account> {
    Ok(Account {
        id: UserId(row.try_get("id")?),
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        password_hash: row.try_get("password_hash")?,
        created_at: rows::time(row, "created_at")?,
    })
}

fn grant(row: &SqliteRow) -> Result<Grant> {
    Ok(Grant {
        account: UserId(row.try_get("account")?),
        client_id: row.try_get("client_id")?,
        scope: row.try_get("scope")?,
        nonce: row.try_get("nonce")?,
        authenticated_at: rows::time(row, "authenticated_at")?,
    })
}

fn code(row: &SqliteRow) -> Result<Code> {
    Ok(Code {
        grant: grant(row)?,
        redirect_uri: row.try_get("redirect_uri")?,
        challenge: row.try_get("challenge")?,
        expires_at: rows::time(row, "expires_at")?,
    })
}
