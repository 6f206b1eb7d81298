//! When to ask again.

use std::time::Duration;

use rand::RngExt as _;

use crate::App;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Asks at a steady interval while the server answers, and ever more slowly, up to 30 seconds, while
/// it does not. A nudge goes at once.
pub(super) struct Pace {
    steady: Duration,
    failures: u32,
}

impl Pace {
    pub(super) fn new(steady: Duration) -> Self {
        Self { steady, failures: 0 }
    }

    pub(super) fn set_steady(&mut self, steady: Duration) {
        self.steady = steady;
    }

    pub(super) async fn wait(&mut self, app: &App, worked: bool) {
        self.failures = if worked { 0 } else { self.failures.saturating_add(1) };
        tokio::select! {
            () = tokio::time::sleep(self.pause()) => {}
            () = app.nudged() => {}
        }
    }

    fn pause(&self) -> Duration {
        if self.failures == 0 {
            return self.steady;
        }
        let doubled = FIRST_PAUSE.saturating_mul(1 << (self.failures - 1).min(10));
        // Jitter: when a server comes back, not everybody comes at once.
        doubled.min(LONGEST_PAUSE).mul_f64(rand::rng().random_range(0.7..1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_away_is_asked_ever_more_slowly_but_at_least_twice_a_minute() {
        let pause = |failures| Pace { steady: Duration::from_secs(2), failures }.pause();
        assert_eq!(pause(0), Duration::from_secs(2));
        assert!(pause(1) <= FIRST_PAUSE);
        assert!(pause(4) > pause(1));
        assert!(pause(1000) <= LONGEST_PAUSE && pause(1000) >= LONGEST_PAUSE / 2);
    }
}
