//! How fast bytes move.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Over how long the speed is taken: long enough to be calm, short enough to be true.
const WINDOW: Duration = Duration::from_secs(3);
/// Moves closer together than this are counted as one, which bounds the memory.
const GRAIN: Duration = Duration::from_millis(100);

/// The bytes of the last three seconds. Memory: at most 31 samples.
#[derive(Debug, Default)]
pub(super) struct Speed {
    samples: VecDeque<(Instant, u64)>,
}

impl Speed {
    pub(super) fn add(&mut self, bytes: u64, now: Instant) {
        match self.samples.back_mut() {
            Some((since, sum)) if now.duration_since(*since) < GRAIN => *sum += bytes,
            _ => self.samples.push_back((now, bytes)),
        }
        while self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.samples.pop_front();
        }
    }

    pub(super) fn bytes_per_second(&self, now: Instant) -> u64 {
        let recent = || self.samples.iter().filter(|(at, _)| now.duration_since(*at) <= WINDOW);
        let Some((first, _)) = recent().next() else { return 0 };
        let bytes: u64 = recent().map(|(_, bytes)| bytes).sum();
        let millis = now.duration_since(*first).max(GRAIN).as_millis();
        u64::try_from(u128::from(bytes) * 1000 / millis).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_last_three_seconds() {
        let start = Instant::now();
        let mut speed = Speed::default();
        for tenth in 0..20 {
            speed.add(100, start + GRAIN * tenth);
        }
        assert_eq!(speed.bytes_per_second(start + Duration::from_secs(2)), 1000);
        assert_eq!(speed.bytes_per_second(start + Duration::from_mins(1)), 0);
    }
}
