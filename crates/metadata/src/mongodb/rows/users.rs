//! Users.

use mongodb::bson::{DateTime, Document, doc};
use notespot_protocol::{ByteCount, Me, Revision, UserId};
use serde::{Deserialize, Serialize};

use super::count;
use crate::Result;
use crate::stored::integer;
use crate::users::UserRecord;

#[derive(Default, Serialize, Deserialize)]
pub(in crate::mongodb) struct UserRow {
    #[serde(rename = "_id")]
    pub(in crate::mongodb) id: String,
    pub(in crate::mongodb) name: String,
    #[serde(default)]
    pub(in crate::mongodb) email: Option<String>,
    pub(in crate::mongodb) quota: i64,
    /// Where `quota` is the user's own: others have what the server's settings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) quota_is_own: Option<bool>,
    pub(in crate::mongodb) used: i64,
    /// The sizes of all open uploads.
    pub(in crate::mongodb) promised: i64,
    pub(in crate::mongodb) revision: i64,
    /// The highest revision of a tombstone that was forgotten.
    pub(in crate::mongodb) horizon: i64,
    /// Grows with each transaction: who writes it keeps others from writing.
    pub(in crate::mongodb) turn: i64,
    /// Whether the identity provider has banned the user, and as of when that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) banned: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) standing_at: Option<DateTime>,
    /// There from the first step of the user's end to the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::mongodb) erasing: Option<bool>,
}

impl UserRow {
    /// The user, where there is one who is not being erased.
    pub(in crate::mongodb) fn named(user: &UserId) -> Document {
        doc! { "_id": &user.0, "erasing": { "$exists": false } }
    }

    /// What the user may store, where everybody may store `default`.
    pub(in crate::mongodb) fn quota(&self, default: Option<ByteCount>) -> i64 {
        let everybody_s = default.filter(|_| self.quota_is_own != Some(true));
        everybody_s.map_or(self.quota, |quota| integer(quota.get()))
    }

    pub(in crate::mongodb) fn record(self, default_quota: Option<ByteCount>) -> Result<UserRecord> {
        let quota = ByteCount(count(self.quota(default_quota))?);
        let (quota_is_own, is_banned) = (self.quota_is_own == Some(true), self.banned == Some(true));
        let me = Me {
            id: UserId(self.id),
            name: self.name,
            email: self.email,
            used: ByteCount(count(self.used)?),
            quota,
            revision: Revision(count(self.revision)?),
        };
        Ok(UserRecord { me, quota_is_own, is_banned })
    }

    /// The display name. Who has no name is called by their e-mail address among themselves, and by nothing in
    /// public.
    pub(in crate::mongodb) fn public_name(&self) -> String {
        if self.email.as_ref() == Some(&self.name) { String::new() } else { self.name.clone() }
    }
}
