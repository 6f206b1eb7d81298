//! Personal access tokens, and what the local identity provider keeps.

use mongodb::bson::{Binary, DateTime, Uuid};
use notespot_protocol::{AccessToken, Scope, Sha256, TokenId, UserId};
use serde::{Deserialize, Serialize};

use super::{bytes, id, time, timestamp, uuid};
use crate::Result;
use crate::accounts::{Account, Code, Grant};
use crate::stored::{from_word, word};

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct TokenRow {
    /// Of its secret.
    #[serde(rename = "_id")]
    hash: Binary,
    id: Uuid,
    pub(in crate::mongodb) owner: String,
    name: String,
    scopes: Vec<String>,
    created_at: DateTime,
    ends_at: Option<DateTime>,
    #[serde(default)]
    used_at: Option<DateTime>,
}

impl TokenRow {
    pub(in crate::mongodb) fn new(owner: &UserId, token: &AccessToken, hash: Sha256) -> Result<Self> {
        Ok(Self {
            hash: bytes(hash.as_bytes()),
            id: id(token.id.0),
            owner: owner.0.clone(),
            name: token.name.clone(),
            scopes: token.scopes.iter().map(word).collect::<Result<_>>()?,
            created_at: time(token.created_at),
            ends_at: token.ends_at.map(time),
            used_at: token.used_at.map(time),
        })
    }

    pub(in crate::mongodb) fn token(self) -> Result<AccessToken> {
        Ok(AccessToken {
            id: TokenId(uuid(self.id)),
            name: self.name,
            scopes: self.scopes.into_iter().map(from_word::<Scope>).collect::<Result<_>>()?,
            created_at: timestamp(self.created_at),
            ends_at: self.ends_at.map(timestamp),
            used_at: self.used_at.map(timestamp),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct AccountRow {
    #[serde(rename = "_id")]
    id: String,
    email: String,
    /// Lower case.
    email_key: String,
    name: String,
    password_hash: String,
    created_at: DateTime,
}

impl AccountRow {
    pub(in crate::mongodb) fn new(account: &Account) -> Self {
        Self {
            id: account.id.0.clone(),
            email: account.email.clone(),
            email_key: account.email.to_lowercase(),
            name: account.name.clone(),
            password_hash: account.password_hash.clone(),
            created_at: time(account.created_at),
        }
    }

    pub(in crate::mongodb) fn account(self) -> Account {
        Account {
            id: UserId(self.id),
            email: self.email,
            name: self.name,
            password_hash: self.password_hash,
            created_at: timestamp(self.created_at),
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::mongodb) struct GrantRow {
    account: String,
    client_id: String,
    scope: String,
    nonce: Option<String>,
    authenticated_at: DateTime,
}

impl GrantRow {
    pub(in crate::mongodb) fn new(grant: &Grant) -> Self {
        Self {
            account: grant.account.0.clone(),
            client_id: grant.client_id.clone(),
            scope: grant.scope.clone(),
            nonce: grant.nonce.clone(),
            authenticated_at: time(grant.authenticated_at),
        }
    }

    pub(in crate::mongodb) fn grant(self) -> Grant {
        Grant {
            account: UserId(self.account),
            client_id: self.client_id,
            scope: self.scope,
            nonce: self.nonce,
            authenticated_at: timestamp(self.authenticated_at),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct CodeRow {
    #[serde(rename = "_id")]
    hash: Binary,
    grant: GrantRow,
    redirect_uri: String,
    challenge: String,
    expires_at: DateTime,
    /// How often it was taken.
    pub(in crate::mongodb) taken: i64,
    /// For how many families of tokens.
    given: i64,
}

impl CodeRow {
    pub(in crate::mongodb) fn new(hash: Sha256, code: &Code) -> Self {
        Self {
            hash: bytes(hash.as_bytes()),
            grant: GrantRow::new(&code.grant),
            redirect_uri: code.redirect_uri.clone(),
            challenge: code.challenge.clone(),
            expires_at: time(code.expires_at),
            taken: 0,
            given: 0,
        }
    }

    pub(in crate::mongodb) fn code(self) -> Code {
        Code {
            grant: self.grant.grant(),
            redirect_uri: self.redirect_uri,
            challenge: self.challenge,
            expires_at: timestamp(self.expires_at),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct RefreshTokenRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) hash: Binary,
    /// The hash of the code that its first one was given for.
    pub(in crate::mongodb) family: Binary,
    pub(in crate::mongodb) grant: GrantRow,
    pub(in crate::mongodb) replaced: bool,
    pub(in crate::mongodb) revoked: bool,
}
