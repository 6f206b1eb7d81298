//! Presigned requests, and how long they are worth sending.

use std::time::Duration;

use notespot_protocol::PresignedRequest;
use tokio::time::Instant;

/// How long one waits to be sent: servers sign for a quarter of an hour (`DESIGN.md`, section 6), and what waits for
/// a place on a slow line may do so for longer.
const GOOD_FOR: Duration = Duration::from_mins(5);

/// A presigned request, and since when it has waited. By this machine's own clock, which may be wrong.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) request: PresignedRequest,
    since: Instant,
}

impl Signed {
    pub(crate) fn now(request: PresignedRequest) -> Self {
        Self { request, since: Instant::now() }
    }

    /// Whether another one should be sent in its place.
    pub(crate) fn is_old(&self) -> bool {
        self.since.elapsed() > GOOD_FOR
    }
}
