//! When to try again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rand::RngExt as _;

use crate::{Settings, TransferError};

/// The retries that all requests of an engine have together.
///
/// Each retry takes one and each success gives one back, up to a bound: a store that fails now and then
/// is asked again as often as it takes, and one that is down is left alone by ten thousand files.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicU32,
    most: u32,
}

impl Budget {
    pub(crate) fn new(most: u32) -> Self {
        Self { left: AtomicU32::new(most), most }
    }

    pub(crate) fn succeeded(&self) {
        let more = |left| (left < self.most).then_some(left + 1);
        // Full is full.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    fn take(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

/// Counts the tries of one request: exponential pauses with full jitter, so that a thousand clients
/// do not come back at once.
#[derive(Debug)]
pub(crate) struct Retry<'a> {
    budget: &'a Budget,
    tries: u32,
    tried: u32,
    first_pause: Duration,
    longest_pause: Duration,
}

impl<'a> Retry<'a> {
    pub(crate) fn new(settings: &Settings, budget: &'a Budget) -> Self {
        Self {
            budget,
            tries: settings.tries,
            tried: 0,
            first_pause: settings.first_pause,
            longest_pause: settings.longest_pause,
        }
    }

    /// Something moved: the connection is worth as many tries as at the beginning.
    pub(crate) fn moved(&mut self) {
        self.tried = 0;
    }

    /// How long to wait before the next try, at least as long as the store asked for (`Retry-After`);
    /// `None` when there is none.
    pub(crate) fn next_pause(&mut self, error: &TransferError) -> Option<Duration> {
        self.tried += 1;
        if self.tried >= self.tries || !self.budget.take() {
            return None;
        }
        let doubled = self.first_pause.saturating_mul(1 << (self.tried - 1).min(16));
        let jittered = doubled.min(self.longest_pause).mul_f64(rand::rng().random_range(0.0..=1.0));
        Some(jittered.max(error.wish().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(wish: Option<Duration>) -> TransferError {
        TransferError::StoreBusy { status: 503, wish }
    }

    #[test]
    fn pauses_grow_to_a_bound_with_full_jitter_and_end() {
        let settings = Settings { tries: 12, ..Settings::default() };
        let budget = Budget::new(u32::MAX);
        let mut retries: Vec<_> = (0..1000).map(|_| Retry::new(&settings, &budget)).collect();
        for tried in 0..11 {
            let bound = settings.longest_pause.min(settings.first_pause * 2_u32.pow(tried));
            let pauses = retries.iter_mut().map(|retry| retry.next_pause(&busy(None)).unwrap());
            let shares: Vec<_> = pauses.map(|pause| pause.div_duration_f64(bound)).collect();
            // Of a thousand, by chance, neither one in 10^40 times.
            assert!(shares.iter().any(|share| *share < 0.1) && shares.iter().any(|share| *share > 0.9));
            assert!(shares.iter().all(|share| *share <= 1.0));
            let mean = shares.iter().sum::<f64>() / 1000.0;
            assert!((0.4..0.6).contains(&mean), "{mean} of {bound:?}");
        }
        assert!(retries.iter_mut().all(|retry| retry.next_pause(&busy(None)).is_none()));
    }

    #[test]
    fn the_store_s_wish_is_honoured_within_reason() {
        let (settings, budget) = (Settings::default(), Budget::new(100));
        let mut retry = Retry::new(&settings, &budget);
        let wished = Duration::from_secs(30);
        assert_eq!(retry.next_pause(&busy(Some(wished))), Some(wished));
        let longest = Some(Duration::from_mins(2));
        assert_eq!(retry.next_pause(&busy(Some(Duration::from_hours(24)))), longest);
    }

    #[test]
    fn a_store_that_is_down_is_left_alone_by_all_files_together() {
        let (settings, budget) = (Settings::default(), Budget::new(10));
        let tried =
            || (0..1000).filter(|_| Retry::new(&settings, &budget).next_pause(&busy(None)).is_some()).count();
        assert_eq!(tried(), 10);
        (0..3).for_each(|_| budget.succeeded());
        assert_eq!(tried(), 3, "what works again is tried again");
    }
}
