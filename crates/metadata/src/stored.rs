//! How both databases write what neither has a type for.

use notespot_protocol::NodeKind;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{MetadataError, Result};

/// Folders come first.
pub(crate) const FOLDER: i64 = 0;
pub(crate) const FILE: i64 = 1;

pub(crate) fn kind(kind: NodeKind) -> i64 {
    match kind {
        NodeKind::Folder => FOLDER,
        NodeKind::File => FILE,
    }
}

pub(crate) fn kind_of(stored: i64) -> Result<NodeKind> {
    match stored {
        FOLDER => Ok(NodeKind::Folder),
        FILE => Ok(NodeKind::File),
        _ => Err(unreadable(UnknownKind)),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a node is neither file nor folder")]
struct UnknownKind;

/// A size or revision. Both databases' integers end at 2^63, sizes at 2^53.
pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// An enumeration is stored as the word that the wire has for it.
pub(crate) fn word(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value).map_err(unreadable)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(unreadable)
}

/// Something in the database is not as this program writes it.
pub(crate) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> MetadataError {
    MetadataError::Unavailable(Box::new(error))
}
