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

/// How much a user may store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// So much, whatever others may.
    Own(ByteCount),
    /// As all who have no quota of their own: so much by the settings of whoever says it.
    Default(ByteCount),
}

/// A user, with what only the server's side is to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRecord {
    /// What the user is told.
    pub me: Me,
    /// Whether the quota is the user's own, and not everybody's.
    pub quota_is_own: bool,
    /// Whether the identity provider has banned the user: nothing of theirs opens then but their public links.
    pub is_banned: bool,
}

/// Addresses may be those of several users, of different providers: no more than these are looked for.
pub const SAME_ADDRESS_MAX: u32 = 20;

/// Users and what they use.
#[async_trait]
pub trait Users: Send + Sync {
    /// The user's record, made at the first call with `quota`, which is not the user's own. A record that exists keeps its name
    /// (its owner may have changed it) and takes the e-mail address. `NotFound` when there is none and the user is
    /// [barred](Self::bar_user): found out and made in one step.
    async fn ensure_user(&self, profile: &Profile, quota: ByteCount) -> Result<Me>;

    /// The user's record.
    async fn user_record(&self, id: &UserId) -> Result<UserRecord>;

    /// What the user is told of it.
    async fn user(&self, id: &UserId) -> Result<Me> {
        Ok(self.user_record(id).await?.me)
    }

    /// Who has this e-mail address, written as the identity provider writes it:
    /// [`SAME_ADDRESS_MAX`] users at the most.
    async fn users_by_email(&self, email: &str) -> Result<Vec<UserId>>;

    /// From the next transaction on, on every server, the user may store so much. A revision is taken, so that
    /// apps show it. What is stored already stays, also where it is more.
    async fn set_quota(&self, id: &UserId, quota: Quota) -> Result<UserRecord>;

    /// Changes the profile.
    async fn edit_user(&self, id: &UserId, patch: &MePatch) -> Result<Me>;

    /// Takes the profile that the identity provider has as of `as_of`: the e-mail address, and the name unless its
    /// owner gave one with [`edit_user`](Self::edit_user). An older profile than was taken before changes nothing.
    /// `NotFound` where there is no record; none is made.
    async fn take_profile(&self, profile: &Profile, as_of: Timestamp) -> Result<Me>;

    /// Takes whether the identity provider has banned the user, as of `as_of`: whether that is another than before. An
    /// older word than was taken before changes nothing. `NotFound` where there is no record.
    async fn set_banned(&self, id: &UserId, is_banned: bool, as_of: Timestamp) -> Result<bool>;

    /// Until then, [`ensure_user`](Self::ensure_user) makes no record: for somebody whom the identity provider has
    /// deleted, and whose tokens are good for a while yet. A record that there is stays. Of two bars, the longer holds.
    async fn bar_user(&self, id: &UserId, until: Timestamp) -> Result<()>;

    /// Erases the user with all nodes, versions, links, uploads and tokens, leaving
    /// [orphans](crate::orphans).
    async fn erase_user(&self, id: &UserId) -> Result<()>;
}
