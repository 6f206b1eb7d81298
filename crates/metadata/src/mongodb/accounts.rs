//! The local identity provider's accounts, codes and refresh tokens.
//!
//! Two calls that must not meet half-way write to one document: a code counts its families, and whoever rotates
//! a token or revokes its family changes the token.

use async_trait::async_trait;
use mongodb::bson::{Binary, doc};
use notespot_protocol::{Sha256, Timestamp, UserId};

use super::collections::Collections;
use super::connection::Connection;
use super::rows::{AccountRow, CodeRow, GrantRow, RefreshTokenRow};
use super::{MongoMetadata, failure, retried, rows};
use crate::accounts::{Account, Accounts, Code, Grant, REFRESH_TOKENS_KEPT, Rotated};
use crate::{MetadataError, Result};

#[async_trait]
impl Accounts for MongoMetadata {
    async fn add_account(&self, account: &Account) -> Result<()> {
        match self.reader().insert(Collections::accounts, &[AccountRow::new(account)]).await {
            Err(error) if failure::is_duplicate(&error) => Err(MetadataError::EmailTaken),
            added => added,
        }
    }

    async fn account_by_email(&self, email: &str) -> Result<Account> {
        let this = doc! { "email_key": email.to_lowercase() };
        let row = self.reader().find_one(Collections::accounts, this).await?;
        Ok(row.ok_or(MetadataError::NotFound)?.account())
    }

    async fn account(&self, id: &UserId) -> Result<Account> {
        let row = self.reader().find_one(Collections::accounts, doc! { "_id": &id.0 }).await?;
        Ok(row.ok_or(MetadataError::NotFound)?.account())
    }

    async fn any_account(&self) -> Result<bool> {
        self.reader().exists(Collections::accounts, doc! {}).await
    }

    async fn add_code(&self, hash: Sha256, code: &Code) -> Result<()> {
        self.reader().insert(Collections::codes, &[CodeRow::new(hash, code)]).await
    }

    async fn take_code(&self, hash: Sha256, now: Timestamp) -> Result<Code> {
        let taken = retried!(tx = self.transaction(); take(&mut tx, hash, now))?;
        taken.ok_or(MetadataError::NotFound)
    }

    async fn add_refresh_token(&self, hash: Sha256, code: Sha256, grant: &Grant) -> Result<()> {
        retried!(tx = self.transaction(); add(&mut tx, hash, code, grant))
    }

    async fn rotate_refresh_token(&self, old: Sha256, new: Sha256) -> Result<Rotated> {
        retried!(tx = self.transaction(); rotate(&mut tx, old, new))
    }

    async fn revoke_refresh_token(&self, hash: Sha256) -> Result<Option<UserId>> {
        retried!(tx = self.transaction(); revoke_of(&mut tx, hash))
    }

    async fn sweep_codes(&self, now: Timestamp) -> Result<()> {
        let ended = doc! { "expires_at": { "$lt": rows::time(now) } };
        self.reader().delete_many(Collections::codes, ended).await?;
        let ended = doc! { "ends_at": { "$lt": rows::time(now) } };
        self.reader().delete_many(Collections::refresh_tokens, ended).await.map(drop)
    }
}

/// `None` where it was taken before: what was given for it is revoked.
async fn take(tx: &mut Connection, hash: Sha256, now: Timestamp) -> Result<Option<Code>> {
    let hash = rows::bytes(hash.as_bytes());
    let good = doc! { "_id": &hash, "expires_at": { "$gt": rows::time(now) } };
    let row: CodeRow = tx.find_one(Collections::codes, good).await?.ok_or(MetadataError::NotFound)?;
    let this = doc! { "_id": &hash };
    tx.update_one(Collections::codes, this, doc! { "$inc": { "taken": 1_i64 } }).await?;
    if row.taken > 0 {
        revoke(tx, &hash).await?;
        return Ok(None);
    }
    Ok(Some(row.code()))
}

async fn add(tx: &mut Connection, hash: Sha256, code: Sha256, grant: &Grant) -> Result<()> {
    let family = rows::bytes(code.as_bytes());
    let this = doc! { "_id": &family };
    // Written first: whoever takes the code a second time in this moment is seen, or sees this.
    tx.update_one(Collections::codes, this.clone(), doc! { "$inc": { "given": 1_i64 } }).await?;
    let code: Option<CodeRow> = tx.find_one(Collections::codes, this).await?;
    if code.is_some_and(|code| code.taken > 1) {
        return Err(MetadataError::NotFound);
    }
    insert(tx, hash, family, GrantRow::new(grant)).await
}

async fn rotate(tx: &mut Connection, old: Sha256, new: Sha256) -> Result<Rotated> {
    let old = rows::bytes(old.as_bytes());
    let good = doc! { "_id": &old, "revoked": false };
    let row: RefreshTokenRow =
        tx.find_one(Collections::refresh_tokens, good).await?.ok_or(MetadataError::NotFound)?;
    if row.replaced {
        revoke(tx, &row.family).await?;
        return Ok(Rotated::Replayed(row.grant.grant()));
    }
    let ends_at = rows::time(Timestamp::now().plus(REFRESH_TOKENS_KEPT));
    let replaced = doc! { "$set": { "replaced": true, "ends_at": ends_at } };
    tx.update_one(Collections::refresh_tokens, doc! { "_id": &old }, replaced).await?;
    insert(tx, new, row.family, row.grant.clone()).await?;
    Ok(Rotated::Next(row.grant.grant()))
}

async fn revoke_of(tx: &mut Connection, hash: Sha256) -> Result<Option<UserId>> {
    let this = doc! { "_id": rows::bytes(hash.as_bytes()), "revoked": false };
    let row: Option<RefreshTokenRow> = tx.find_one(Collections::refresh_tokens, this).await?;
    let Some(row) = row else { return Ok(None) };
    revoke(tx, &row.family).await?;
    Ok(Some(row.grant.grant().account))
}

async fn insert(tx: &mut Connection, hash: Sha256, family: Binary, grant: GrantRow) -> Result<()> {
    let hash = rows::bytes(hash.as_bytes());
    let row = RefreshTokenRow { hash, family, grant, replaced: false, revoked: false };
    tx.insert(Collections::refresh_tokens, &[row]).await
}

async fn revoke(tx: &mut Connection, family: &Binary) -> Result<()> {
    let ends_at = rows::time(Timestamp::now().plus(REFRESH_TOKENS_KEPT));
    let update = doc! { "$set": { "revoked": true, "ends_at": ends_at } };
    tx.update_many(Collections::refresh_tokens, doc! { "family": family }, update).await.map(drop)
}
