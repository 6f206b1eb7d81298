//! When to try again.

use std::time::Duration;

use rand::RngExt as _;

use crate::Settings;

/// A store that wants to be left alone for longer than this is asked again after this.
const LONGEST_WISH: Duration = Duration::from_mins(2);

/// Counts the tries of one request: exponential pauses with full jitter, so that a thousand clients
/// do not come back at once.
#[derive(Debug)]
pub(crate) struct Retry {
    tries: u32,
    tried: u32,
    first_pause: Duration,
    longest_pause: Duration,
}

impl Retry {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
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
    pub(crate) fn next_pause(&mut self, wish: Option<Duration>) -> Option<Duration> {
        self.tried += 1;
        if self.tried >= self.tries {
            return None;
        }
        let doubled = self.first_pause.saturating_mul(1 << (self.tried - 1).min(16));
        let jittered = doubled.min(self.longest_pause).mul_f64(rand::rng().random_range(0.0..=1.0));
        Some(jittered.max(wish.unwrap_or_default().min(LONGEST_WISH)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_end() {
        let settings = Settings { tries: 12, ..Settings::default() };
        let mut retry = Retry::new(&settings);
        for tried in 0..11 {
            let pause = retry.next_pause(None).unwrap();
            assert!(pause <= settings.first_pause * 2_u32.pow(tried) && pause <= settings.longest_pause);
        }
        assert_eq!(retry.next_pause(None), None);
    }

    #[test]
    fn the_store_s_wish_is_honoured_within_reason() {
        let mut retry = Retry::new(&Settings::default());
        let wished = Duration::from_secs(30);
        assert_eq!(retry.next_pause(Some(wished)), Some(wished));
        assert_eq!(retry.next_pause(Some(Duration::from_hours(24))), Some(LONGEST_WISH));
    }
}
