//! The signed-in user.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ByteCount, Revision, UserId};

/// Who the credentials belong to: `GET /v1/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type, ToSchema)]
pub struct Me {
    /// The identity provider's `sub`.
    pub id: UserId,
    /// The display name; shown on public pages.
    pub name: String,
    /// The e-mail address, where the identity provider tells it.
    pub email: Option<String>,
    /// What all versions together take, trash included.
    pub used: ByteCount,
    /// What they may take.
    pub quota: ByteCount,
    /// The newest revision.
    pub revision: Revision,
}

/// Changes to the profile. What is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct MePatch {
    /// A new display name: 1 to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
