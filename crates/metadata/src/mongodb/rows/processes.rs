//! Processes that use the database.

use mongodb::bson::{DateTime, Uuid};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(in crate::mongodb) struct ProcessRow {
    #[serde(rename = "_id")]
    id: Uuid,
    /// When it last said that it lives, by the server's clock.
    alive_at: DateTime,
    /// In which it has transactions.
    #[serde(default)]
    pub(in crate::mongodb) sessions: Vec<Uuid>,
}
