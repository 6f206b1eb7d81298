//! How often something may be done, over all servers of a deployment.

pub(crate) mod in_process;

use std::time::Duration;

use async_trait::async_trait;
use notespot_protocol::Timestamp;

use crate::Result;

/// Who or what is counted, as a SHA-256: its length does not depend on what somebody typed, and a store that is
/// read by somebody else does not tell whom it counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LimitKey(pub [u8; 32]);

/// So much in a window, which begins with the first that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// In one window.
    pub most: u32,
    /// How long a window is.
    pub window: Duration,
}

/// What somebody got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// As much as was asked for, or what was left; 0 means to wait.
    pub granted: u32,
    /// When the window ends, and there is more.
    pub ends_at: Timestamp,
}

/// Counting in windows. All servers of a deployment count together; however many take at once, no window grants more
/// than its allowance.
///
/// What is counted is guesses and requests: a store may forget it when it is restarted, and counts beyond the end
/// of their windows mean nothing.
#[async_trait]
pub trait RateLimits: Send + Sync {
    /// Takes up to `wanted`. Whoever asks with another allowance than before is held to the new one from then on.
    async fn take(&self, key: LimitKey, wanted: u32, allowance: Allowance, now: Timestamp) -> Result<Taken>;

    /// Gives back what was not needed after all, to the window that runs; more than was taken empties it.
    async fn give_back(&self, key: LimitKey, unused: u32) -> Result<()>;
}

impl Allowance {
    /// When a window that begins now ends.
    pub(crate) fn ends_at(self, now: Timestamp) -> Timestamp {
        now.plus(self.window)
    }

    /// What is granted where `used` was taken before.
    pub(crate) fn grants(self, wanted: u32, used: u32) -> u32 {
        wanted.min(self.most.saturating_sub(used))
    }
}
