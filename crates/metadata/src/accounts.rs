//! What the local identity provider keeps: accounts, and the codes and refresh tokens that it gave
//! out. Apart from [`MetadataStore`](crate::MetadataStore): with Clerk, none of this exists.

use std::time::Duration;

use async_trait::async_trait;
use notespot_protocol::{Sha256, Timestamp, UserId};

use crate::Result;

/// For how long a refresh token is known that was replaced or revoked. Within this time, one that comes again ends all
/// that came of its sign-in; after it, it is as good as made up.
pub const REFRESH_TOKENS_KEPT: Duration = Duration::from_hours(30 * 24);

/// A person with a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The `sub` that tokens carry.
    pub id: UserId,
    /// As given at sign-up. Compared without regard to case.
    pub email: String,
    /// The display name.
    pub name: String,
    /// An argon2id hash in PHC form.
    pub password_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A grant: what an authorization code or a refresh token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who signed in.
    pub account: UserId,
    /// The OAuth client.
    pub client_id: String,
    /// Space-separated scopes.
    pub scope: String,
    /// The request's nonce (OpenID Connect Core §3.1.2.1).
    pub nonce: Option<String>,
    /// When the person signed in.
    pub authenticated_at: Timestamp,
}

/// A code on its way to the client, for the next exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What it stands for.
    pub grant: Grant,
    /// The redirect URI that it was sent to (RFC 6749 §4.1.3: must be repeated).
    pub redirect_uri: String,
    /// The PKCE challenge, S256 (RFC 7636).
    pub challenge: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// What came of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The next one takes its place.
    Next(Grant),
    /// It was replaced before: somebody has a copy, and nobody knows who. Its whole family is revoked.
    Replayed(Grant),
}

/// Accounts, codes and refresh tokens of the local identity provider. Secrets arrive hashed.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Makes an account; `EmailTaken` if there is one with this address.
    async fn add_account(&self, account: &Account) -> Result<()>;

    /// The account with this address.
    async fn account_by_email(&self, email: &str) -> Result<Account>;

    /// The account with this id.
    async fn account(&self, id: &UserId) -> Result<Account>;

    /// Whether anybody has an account.
    async fn any_account(&self) -> Result<bool>;

    /// Keeps a code.
    async fn add_code(&self, hash: Sha256, code: &Code) -> Result<()>;

    /// Takes a code: it works once. `NotFound` afterwards, and after `expires_at`. A second try
    /// revokes what the first one was given (RFC 6749 §4.1.2).
    async fn take_code(&self, hash: Sha256, now: Timestamp) -> Result<Code>;

    /// Begins a family of refresh tokens with its first one. `code` is the hash of the code that
    /// it was given for.
    async fn add_refresh_token(&self, hash: Sha256, code: Sha256, grant: &Grant) -> Result<()>;

    /// Replaces a refresh token by the next one, atomically. A token that was replaced before is a
    /// replay: the whole family is revoked (RFC 9700 §4.14.2). `NotFound` if it is unknown, or was revoked before.
    async fn rotate_refresh_token(&self, old: Sha256, new: Sha256) -> Result<Rotated>;

    /// Revokes the family of a refresh token: whose it was. Unknown ones, and those that were revoked before, change
    /// nothing (RFC 7009 §2.2).
    async fn revoke_refresh_token(&self, hash: Sha256) -> Result<Option<UserId>>;

    /// Forgets codes that expired before `now`, and refresh tokens that ended [long](REFRESH_TOKENS_KEPT) ago.
    async fn sweep_codes(&self, now: Timestamp) -> Result<()>;
}
