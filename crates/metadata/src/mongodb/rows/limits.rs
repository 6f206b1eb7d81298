//! How often something was done.

use mongodb::bson::{Binary, DateTime};
use notespot_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::{bytes, time};
use crate::limits::LimitKey;

/// The last window of somebody who is counted.
#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct LimitRow {
    #[serde(rename = "_id")]
    key: Binary,
    used: i64,
    /// What the last one who took got.
    pub(in crate::mongodb) granted: i64,
    pub(in crate::mongodb) ends_at: DateTime,
}

impl LimitRow {
    /// A window in which nothing was taken.
    pub(in crate::mongodb) fn fresh(key: LimitKey, ends_at: Timestamp) -> Self {
        Self { key: bytes(&key.0), used: 0, granted: 0, ends_at: time(ends_at) }
    }
}
