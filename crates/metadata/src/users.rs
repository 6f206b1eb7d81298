//! Users, as the identity provider names them.

use async_trait::async_trait;
use notespot_protocol::{ByteCount, Me, MePatch, UserId};

use crate::Result;

/// What the identity provider said of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The provider's `sub`.
    pub id: UserId,
    /// The display name.
    pub name: String,
    /// The e-mail address, where known.
    pub email: Option<String>,
}

/// Users and what they use.
#[async_trait]
pub trait Users: Send + Sync {
    /// The user's record, made at the first call with `quota`. A record that exists keeps its name
    /// (its owner may have changed it) and takes the e-mail address.
    async fn ensure_user(&self, profile: &Profile, quota: ByteCount) -> Result<Me>;

    /// The user's record.
    async fn user(&self, id: &UserId) -> Result<Me>;

    /// Changes the profile.
    async fn edit_user(&self, id: &UserId, patch: &MePatch) -> Result<Me>;

    /// Erases the user with all nodes, versions, links, uploads and tokens, leaving
    /// [orphans](crate::orphans).
    async fn erase_user(&self, id: &UserId) -> Result<()>;
}
