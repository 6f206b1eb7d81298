//! Ids and JSON, to and from columns.

use notespot_protocol::NodeId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::LibraryError;

pub(super) fn key(id: NodeId) -> Vec<u8> {
    id.0.as_bytes().to_vec()
}

pub(super) fn id(bytes: &[u8]) -> Result<NodeId, LibraryError> {
    Uuid::from_slice(bytes).map(NodeId).map_err(|error| LibraryError::Row(serde::de::Error::custom(error)))
}

pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, LibraryError> {
    serde_json::to_string(value).map_err(LibraryError::Row)
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, LibraryError> {
    serde_json::from_str(text).map_err(LibraryError::Row)
}
