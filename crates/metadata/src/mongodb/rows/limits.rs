//! How often something was done.

use mongodb::bson::{Binary, DateTime};
use serde::{Deserialize, Serialize};

/// The last window of somebody who is counted.
#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct LimitRow {
    #[serde(rename = "_id")]
    key: Binary,
    pub(in crate::mongodb) used: i64,
    pub(in crate::mongodb) ends_at: DateTime,
}
