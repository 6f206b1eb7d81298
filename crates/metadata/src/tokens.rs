//! Personal access tokens.

use async_trait::async_trait;
use notespot_protocol::{AccessToken, Sha256, Timestamp, TokenId, UserId};

use crate::Result;

/// Personal access tokens. The store sees the SHA-256 of a secret, never the secret: secrets are
/// 256 random bits, so a fast hash is enough.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Keeps a token.
    async fn add_token(&self, owner: &UserId, token: &AccessToken, hash: Sha256) -> Result<()>;

    /// The token with this hash and its owner, if it has not ended by `now`; `Banned` where the identity provider has
    /// banned the owner. Notes the use, at most once an hour.
    async fn token_by_hash(&self, hash: Sha256, now: Timestamp) -> Result<(UserId, AccessToken)>;

    /// The owner's tokens, newest first.
    async fn tokens(&self, owner: &UserId) -> Result<Vec<AccessToken>>;

    /// Revokes a token at once.
    async fn remove_token(&self, owner: &UserId, id: TokenId) -> Result<()>;
}

/// How exact `used_at` is: a write for each call would make every read a write.
const USE_NOTED_EVERY_MILLIS: i64 = 60 * 60 * 1000;

/// Whether a use of the token now is to be noted.
pub(crate) fn is_use_to_note(token: &AccessToken, now: Timestamp) -> bool {
    let noted = token.used_at.map_or(i64::MIN, Timestamp::as_millis);
    now.as_millis().saturating_sub(noted) >= USE_NOTED_EVERY_MILLIS
}
