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
    /// A new display name: 1 to 200 characters, at least one of them visible, and no control characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    pub name: Option<String>,
}
