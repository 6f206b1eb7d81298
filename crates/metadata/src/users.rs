//! Users, as the identity provider names them.

use async_trait::async_trait;
use notespot_protocol::{ByteCount, Me, MePatch, Timestamp, UserId};

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
    /// (its owner may have changed it) and takes the e-mail address. `NotFound` when there is none and the user is
    /// [barred](Self::bar_user): found out and made in one step.
    async fn ensure_user(&self, profile: &Profile, quota: ByteCount) -> Result<Me>;

    /// The user's record.
    async fn user(&self, id: &UserId) -> Result<Me>;

    /// Changes the profile.
    async fn edit_user(&self, id: &UserId, patch: &MePatch) -> Result<Me>;

    /// Takes the profile that the identity provider has as of `as_of`: the e-mail address, and the name unless its
    /// owner gave one with [`edit_user`](Self::edit_user). An older profile than was taken before changes nothing.
    /// `NotFound` where there is no record; none is made.
    async fn take_profile(&self, profile: &Profile, as_of: Timestamp) -> Result<Me>;

    /// Until then, [`ensure_user`](Self::ensure_user) makes no record: for somebody whom the identity provider has
    /// deleted, and whose tokens are good for a while yet. A record that there is stays. Of two bars, the longer holds.
    async fn bar_user(&self, id: &UserId, until: Timestamp) -> Result<()>;

    /// Erases the user with all nodes, versions, links, uploads and tokens, leaving
    /// [orphans](crate::orphans).
    async fn erase_user(&self, id: &UserId) -> Result<()>;
}
