//! Identifiers. Each is its own type, so that one cannot be passed where another is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::whole;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// A UUID version 7: ids made later sort later, so that they sit together in an index.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            specta::Type, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[specta(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, unique without asking anybody.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// A file or a folder, for as long as it exists; a rename or a new version does not change it.
    NodeId
}
uuid_id! {
    /// One content of a file.
    VersionId
}
uuid_id! {
    /// Content on its way to the object store.
    UploadId
}
uuid_id! {
    /// A personal access token. Not the secret itself: safe to show and to log.
    TokenId
}
uuid_id! {
    /// Made by the client before it asks for something, and sent again with each retry, so that
    /// the server can tell a retry from a second wish.
    ClientRef
}

/// Who owns something: the `sub` claim of the identity provider (RFC 7519 §4.1.2).
///
/// Opaque and case-sensitive. Unique within one issuer.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type, utoipa::ToSchema,
)]
#[serde(transparent)]
#[specta(transparent)]
pub struct UserId(pub String);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A position in one owner's history. Every change takes the next one, starting at 1, in the
/// transaction that makes it; a reader never sees revision N before everything below N.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    specta::Type,
    utoipa::ToSchema,
)]
#[serde(transparent)]
#[specta(transparent)]
#[schema(value_type = u64, maximum = 9_007_199_254_740_991_u64)]
// JSON's numbers are exact up to 2^53 everywhere: at a thousand changes a second that lasts 285,000 years.
pub struct Revision(#[specta(type = u32)] pub u64);

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole::number(deserializer).map(Self)
    }
}

impl Revision {
    /// Before the first change: what a client that holds nothing asks from.
    pub const ZERO: Self = Self(0);
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
