//! Personal access tokens: by the hash of their secret, one shard knows whose they are.

use async_trait::async_trait;
use mongodb::bson::{Bson, doc};
use notespot_protocol::{AccessToken, Sha256, Timestamp, TokenId, UserId};

use super::collections::Collections;
use super::connection::Find;
use super::rows::{TokenRow, UserRow};
use super::{MongoMetadata, rows};
use crate::tokens::{Tokens, is_use_to_note};
use crate::{MetadataError, Result};

#[async_trait]
impl Tokens for MongoMetadata {
    async fn add_token(&self, owner: &UserId, token: &AccessToken, hash: Sha256) -> Result<()> {
        self.reader().insert(Collections::tokens, &[TokenRow::new(owner, token, hash)?]).await
    }

    async fn token_by_hash(&self, hash: Sha256, now: Timestamp) -> Result<(UserId, AccessToken)> {
        let this = doc! { "_id": rows::bytes(hash.as_bytes()) };
        let mut reader = self.reader();
        let row = reader.find_one(Collections::tokens, this.clone()).await?.ok_or(MetadataError::NotFound)?;
        let owner = UserId(row.owner.clone());
        let token = row.token()?;
        if token.ends_at.is_some_and(|ends_at| ends_at <= now) {
            return Err(MetadataError::NotFound);
        }
        let whose = reader.find_one(Collections::users, UserRow::named(&owner)).await?;
        if whose.ok_or(MetadataError::NotFound)?.banned == Some(true) {
            return Err(MetadataError::Banned);
        }
        if is_use_to_note(&token, now) {
            let used = doc! { "$set": { "used_at": rows::time(now) } };
            reader.update_one(Collections::tokens, this, used).await?;
        }
        Ok((owner, token))
    }

    async fn tokens(&self, owner: &UserId) -> Result<Vec<AccessToken>> {
        let find = Find::new(doc! { "owner": &owner.0 }).sort(doc! { "created_at": -1 });
        let found: Vec<TokenRow> = self.reader().find(Collections::tokens, find).await?;
        found.into_iter().map(TokenRow::token).collect()
    }

    async fn remove_token(&self, owner: &UserId, id: TokenId) -> Result<()> {
        let this = doc! { "owner": &owner.0, "id": Bson::from(rows::id(id.0)) };
        let removed = self.reader().delete_many(Collections::tokens, this).await?;
        if removed == 0 { Err(MetadataError::NotFound) } else { Ok(()) }
    }
}
