//! Bandwidth limits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use notespot_protocol::ByteCount;
use tokio::time::Instant;

/// How far bytes may run ahead of the limit: a hundredth of ten seconds.
const AHEAD: Duration = Duration::from_millis(100);
/// The least that moves at once, however low the limit.
const SLICE_MIN: usize = 1024;

/// Lets bytes pass no faster than a limit: the generic cell rate algorithm, in bytes (ITU-T I.371).
/// Everybody who shares it shares the limit, which may change at any time: what waits already waits as
/// long as it was told to, at most a slice's time.
#[derive(Debug)]
pub(crate) struct Pace {
    /// 0 is no limit.
    bytes_per_second: AtomicU64,
    /// When the bytes that were let through would have passed at exactly the limit.
    due: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) fn new(limit: Option<ByteCount>) -> Self {
        Self { bytes_per_second: AtomicU64::new(rate(limit)), due: Mutex::new(None) }
    }

    /// From now on.
    pub(crate) fn set(&self, limit: Option<ByteCount>) {
        if self.bytes_per_second.swap(rate(limit), Ordering::Relaxed) != rate(limit) {
            // What was borrowed at the old rate is not to be paid back at the new one.
            *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn limit(&self) -> Option<u64> {
        Some(self.bytes_per_second.load(Ordering::Relaxed)).filter(|limit| *limit > 0)
    }

    pub(crate) fn is_limited(&self) -> bool {
        self.limit().is_some()
    }

    /// How much should be asked for at once, of at most this: a twentieth of a second's worth.
    pub(crate) fn slice(&self, most: usize) -> usize {
        let Some(bytes_per_second) = self.limit() else { return most };
        usize::try_from(bytes_per_second / 20).unwrap_or(most).clamp(SLICE_MIN.min(most), most)
    }

    /// Waits until this many bytes may pass.
    pub(crate) async fn pass(&self, bytes: u64) {
        let Some(bytes_per_second) = self.limit() else { return };
        let takes = u128::from(bytes) * 1_000_000_000 / u128::from(bytes_per_second);
        let takes = Duration::from_nanos(u64::try_from(takes).unwrap_or(u64::MAX));
        let due = {
            let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let next = due.map_or(now, |due| due.max(now)) + takes;
            *due = Some(next);
            next
        };
        tokio::time::sleep_until(due - AHEAD.min(takes)).await;
    }
}

fn rate(limit: Option<ByteCount>) -> u64 {
    limit.map_or(0, |limit| limit.get().max(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_limit_holds_over_ten_seconds_for_all_together() {
        let pace = Arc::new(Pace::new(Some(ByteCount(1_000_000))));
        let begun = Instant::now();
        let senders = (0..7).map(|_| async {
            let mut passed = 0_u64;
            loop {
                let slice = pace.slice(256 * 1024) as u64;
                pace.pass(slice).await;
                if begun.elapsed() > Duration::from_secs(10) {
                    return passed;
                }
                passed += slice;
            }
        });
        let passed: u64 = join_all(senders).await.iter().sum();
        assert!((9_500_000..=10_500_000).contains(&passed), "{passed}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_gives_no_right_to_a_burst() {
        let pace = Pace::new(Some(ByteCount(1000)));
        tokio::time::sleep(Duration::from_hours(1)).await;
        let begun = Instant::now();
        for _ in 0..10 {
            pace.pass(1000).await;
        }
        assert!(begun.elapsed() >= Duration::from_secs(9));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_changes_holds_from_then_on() {
        let pace = Pace::new(Some(ByteCount(1000)));
        pace.pass(10_000).await;
        pace.set(Some(ByteCount(1_000_000)));
        let begun = Instant::now();
        for _ in 0..100 {
            pace.pass(50_000).await;
        }
        let took = begun.elapsed();
        assert!(Duration::from_millis(4_800) < took && took < Duration::from_millis(5_200), "{took:?}");
        pace.set(None);
        let begun = Instant::now();
        pace.pass(u64::MAX).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_waits() {
        let begun = Instant::now();
        Pace::new(None).pass(u64::MAX).await;
        assert_eq!((begun.elapsed(), Pace::new(None).slice(7)), (Duration::ZERO, 7));
    }
}
