//! Personal access tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Timestamp, TokenId};

/// What a token may be used for. Scopes are independent: a script that only uploads cannot read.
/// A person who is signed in has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// List and download.
    Read,
    /// Upload, make folders and make public links.
    Upload,
    /// Rename, move, describe, delete, restore, end links, change the profile, manage tokens.
    Manage,
}

/// Asks for a token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewAccessToken {
    /// What its owner calls it: at most 200 characters.
    #[schema(max_length = 200)]
    pub name: String,
    /// What it may do; at least one.
    #[schema(min_items = 1)]
    pub scopes: Vec<Scope>,
    /// When it stops working; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessToken {
    /// Names it.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub ends_at: Option<Timestamp>,
    /// When it was last used, to the hour.
    pub used_at: Option<Timestamp>,
}

/// A token as it is shown once, when it is made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewlyMadeToken {
    /// What will be listed.
    pub token: AccessToken,
    /// The secret to send as `Authorization: Bearer`. Stored hashed: it cannot be shown again.
    pub secret: String,
}

impl std::fmt::Debug for NewlyMadeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewlyMadeToken").field("token", &self.token).finish_non_exhaustive()
    }
}
