//! What the identity provider has told.

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

/// A delivery that was dealt with.
#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct WebhookRow {
    #[serde(rename = "_id")]
    id: String,
    noted_at: DateTime,
}

/// A user who gets no record until the bar ends.
#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct BarRow {
    #[serde(rename = "_id")]
    id: String,
    ends_at: DateTime,
}
