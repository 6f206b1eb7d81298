//! Objects that no record names any more.

use async_trait::async_trait;

use crate::Result;

/// Something to remove from the object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// The object's key.
    pub object_key: String,
    /// The multipart upload to abort, where one was begun for the key.
    pub multipart_id: Option<String>,
}

/// The objects to remove. Deleting nodes or users and aborting uploads adds to them in the same
/// transaction, so that nothing is leaked when the process dies before the object is gone.
#[async_trait]
pub trait Orphans: Send + Sync {
    /// Some orphans; at most `limit`.
    async fn orphans(&self, limit: u32) -> Result<Vec<Orphan>>;

    /// Forgets an orphan, once the object store holds it no longer.
    async fn forget_orphan(&self, object_key: &str) -> Result<()>;
}
