//! Objects that no record names any more.

use std::time::Duration;

use async_trait::async_trait;
use notespot_protocol::Timestamp;

use crate::Result;

/// For so long after it was orphaned, an object may be put again: by a presigned request that was still
/// good, and by a slow one that began while it was.
pub const COMES_BACK_WITHIN: Duration = Duration::from_hours(24);

/// Something to remove from the object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// The object's key.
    pub object_key: String,
    /// The multipart upload to abort, where one was begun for the key.
    pub multipart_id: Option<String>,
}

/// The objects to remove. Deleting nodes or users and aborting uploads adds to them in the same
/// transaction, so that nothing is leaked when the process dies before the object is gone. Versions may
/// share an object: it is an orphan when the last of them goes, and never named again from then on.
#[async_trait]
pub trait Orphans: Send + Sync {
    /// Some orphans that are to be removed by `now`; at most `limit`.
    async fn orphans(&self, now: Timestamp, limit: u32) -> Result<Vec<Orphan>>;

    /// Notes that the object store holds it no longer. It is an orphan once more after
    /// [`COMES_BACK_WITHIN`], when whatever was under way has ended; then it is forgotten.
    async fn orphan_removed(&self, now: Timestamp, object_key: &str) -> Result<()>;

    /// Puts off the removal of one that the object store would not remove: others come first.
    async fn put_orphan_off(&self, until: Timestamp, object_key: &str) -> Result<()>;
}

/// Until when what is orphaned now may come back.
pub(crate) fn ends_at() -> Timestamp {
    Timestamp::now().plus(COMES_BACK_WITHIN)
}
