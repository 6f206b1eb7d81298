//! What the identity provider has told by webhook, so that several servers agree on it.

use async_trait::async_trait;
use notespot_protocol::Timestamp;

use crate::Result;

/// Deliveries that were dealt with. What they do can be repeated, so a delivery is noted after it was done:
/// a server that dies in between does it once more.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Whether a delivery with this id was noted, by any server.
    async fn knows_webhook(&self, id: &str) -> Result<bool>;

    /// Notes that a delivery was dealt with. Noted before, it stays as it was.
    async fn note_webhook(&self, id: &str, at: Timestamp) -> Result<()>;

    /// Forgets the deliveries that were noted before `noted_before`, and the
    /// [bars](crate::users::Users::bar_user) that ended by `now`. A store that forgets by itself has nothing to do.
    async fn sweep_webhooks(&self, noted_before: Timestamp, now: Timestamp) -> Result<()>;
}
